//! What a commit has to do, from facts that are independent of each other.

/// What is known of the stored session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// Nobody has looked.
    Unread,
    /// There is none: no cookie of ours, or one whose session has ended.
    Absent,
    /// It ended or moved away while this request had it, so this request's id must lead nowhere any more.
    Dead,
    /// It is there.
    Found,
}

/// The facts. None of them says what to do; together they do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) stored: Stored,
    /// The client presented an id with our signature.
    pub(crate) has_key: bool,
    /// `destroy` was asked for, of the session under the key.
    pub(crate) destroys: bool,
    /// The request has something recorded that is more than reading.
    pub(crate) has_recorded: bool,
    pub(crate) signs_in: bool,
    pub(crate) signs_out: bool,
    pub(crate) regenerates: bool,
    /// What was recorded ends the session and keeps nothing, whatever is stored.
    pub(crate) leaves_nothing: bool,
    /// After what was recorded there is a value or an owner.
    pub(crate) has_content: bool,
    /// What was recorded makes a difference to what is stored.
    pub(crate) has_changed: bool,
    /// The session moved to where this request's id does not lead: it gets no new id here.
    pub(crate) is_forwarded: bool,
    /// The new content goes into a session of its own, beside the one that was loaded.
    pub(crate) forks: bool,
    /// Empty sessions are stored too (Express: `saveUninitialized`).
    pub(crate) stores_empty: bool,
    /// A request that does nothing counts as activity all the same.
    pub(crate) is_active: bool,
    pub(crate) is_touch_due: bool,
}

/// One store operation, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    Nothing,
    /// Find out what is stored, and plan again.
    Load,
    Create,
    Update,
    Rotate,
    Touch,
    /// End the stored session, and plan again for what comes after.
    Delete,
    /// What was recorded was meant for a session that has ended: it is dropped.
    GiveUp,
}

/// The next thing to do.
pub(crate) fn plan(facts: &Facts) -> Plan {
    if facts.destroys && facts.has_key {
        return Plan::Delete;
    }
    match facts.stored {
        Stored::Unread => before_reading(facts),
        Stored::Absent => create_if(facts.has_content || facts.stores_empty),
        Stored::Dead if facts.signs_in => Plan::Create,
        Stored::Dead if facts.signs_out && facts.has_key => Plan::Delete,
        Stored::Dead if facts.has_recorded => Plan::GiveUp,
        Stored::Dead => Plan::Nothing,
        Stored::Found if facts.forks => create_if(facts.has_content),
        Stored::Found => with_a_session(facts),
    }
}

fn before_reading(facts: &Facts) -> Plan {
    if !facts.has_key {
        create_if(facts.has_content || facts.stores_empty)
    } else if facts.leaves_nothing {
        Plan::Delete
    } else if facts.has_recorded || facts.is_active || facts.stores_empty {
        Plan::Load
    } else {
        Plan::Nothing
    }
}

fn with_a_session(facts: &Facts) -> Plan {
    if facts.signs_out && !facts.has_content {
        Plan::Delete
    } else if (facts.signs_in || facts.signs_out || facts.regenerates) && !facts.is_forwarded {
        Plan::Rotate
    } else if facts.has_changed {
        Plan::Update
    } else if facts.is_touch_due {
        Plan::Touch
    } else {
        Plan::Nothing
    }
}

fn create_if(is_needed: bool) -> Plan {
    if is_needed { Plan::Create } else { Plan::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Facts = Facts {
        stored: Stored::Unread,
        has_key: true,
        destroys: false,
        has_recorded: false,
        signs_in: false,
        signs_out: false,
        regenerates: false,
        leaves_nothing: false,
        has_content: false,
        has_changed: false,
        is_forwarded: false,
        forks: false,
        stores_empty: false,
        is_active: false,
        is_touch_due: false,
    };
    const UNREAD: Facts = IDLE;
    const NO_KEY: Facts = Facts { has_key: false, ..IDLE };
    const ABSENT: Facts = Facts {
        stored: Stored::Absent,
        ..IDLE
    };
    const DEAD: Facts = Facts {
        stored: Stored::Dead,
        ..IDLE
    };
    const FOUND: Facts = Facts {
        stored: Stored::Found,
        has_content: true,
        ..IDLE
    };

    #[rustfmt::skip]
    const TABLE: &[(&str, Facts, Plan)] = &[
        ("an untouched request costs nothing", UNREAD, Plan::Nothing),
        ("nor does one without a cookie", NO_KEY, Plan::Nothing),
        ("unless any request is activity", Facts { is_active: true, ..UNREAD }, Plan::Load),
        ("a write must know the stored session", Facts { has_recorded: true, ..UNREAD }, Plan::Load),
        ("destroy need not look", Facts { destroys: true, ..UNREAD }, Plan::Delete),
        ("nor need a whole sign-out", Facts { signs_out: true, leaves_nothing: true, ..UNREAD }, Plan::Delete),
        ("destroy without a cookie is nothing", Facts { destroys: true, ..NO_KEY }, Plan::Nothing),
        ("a first value makes a session", Facts { has_recorded: true, has_content: true, ..NO_KEY }, Plan::Create),
        ("a remove does not", Facts { has_recorded: true, ..NO_KEY }, Plan::Nothing),
        ("an unknown id gets a new session", Facts { has_recorded: true, has_content: true, ..ABSENT }, Plan::Create),
        ("but not for being read", ABSENT, Plan::Nothing),
        ("unless empty ones are stored", Facts { stores_empty: true, ..ABSENT }, Plan::Create),
        ("also without a cookie", Facts { stores_empty: true, ..NO_KEY }, Plan::Create),
        ("reading is free", FOUND, Plan::Nothing),
        ("or slides the end", Facts { is_touch_due: true, ..FOUND }, Plan::Touch),
        ("a write of no change slides it too", Facts { has_recorded: true, is_touch_due: true, ..FOUND }, Plan::Touch),
        ("a change is an update", Facts { has_changed: true, is_touch_due: true, ..FOUND }, Plan::Update),
        ("an emptied session stays", Facts { has_changed: true, has_content: false, ..FOUND }, Plan::Update),
        ("regenerate rotates, with its changes", Facts { regenerates: true, has_changed: true, ..FOUND }, Plan::Rotate),
        ("sign-in rotates", Facts { signs_in: true, has_changed: true, ..FOUND }, Plan::Rotate),
        ("sign-out rotates what it keeps", Facts { signs_out: true, has_changed: true, ..FOUND }, Plan::Rotate),
        ("or ends the session", Facts { signs_out: true, has_changed: true, has_content: false, ..FOUND }, Plan::Delete),
        ("a forwarded one only writes", Facts { regenerates: true, has_changed: true, is_forwarded: true, ..FOUND }, Plan::Update),
        ("a fork keeps what it has", Facts { forks: true, signs_out: true, ..FOUND }, Plan::Create),
        ("or is nothing", Facts { forks: true, has_content: false, ..FOUND }, Plan::Nothing),
        ("a write to a dead session is dropped", Facts { has_recorded: true, has_content: true, ..DEAD }, Plan::GiveUp),
        ("so is its new id", Facts { has_recorded: true, regenerates: true, ..DEAD }, Plan::GiveUp),
        ("a sign-in on one starts anew", Facts { has_recorded: true, signs_in: true, ..DEAD }, Plan::Create),
        ("a sign-out on one ends what it became", Facts { has_recorded: true, signs_out: true, ..DEAD }, Plan::Delete),
        ("and a look at one is nothing", DEAD, Plan::Nothing),
        ("destroy comes before all else", Facts { destroys: true, signs_in: true, has_changed: true, ..FOUND }, Plan::Delete),
    ];

    #[test]
    fn the_table_of_plans() {
        for (sentence, facts, expected) in TABLE {
            assert_eq!(plan(facts), *expected, "{sentence}");
        }
    }

    #[test]
    fn nothing_creates_or_rotates_unless_something_was_recorded_or_empty_ones_are_stored() {
        for stored in [Stored::Unread, Stored::Absent, Stored::Dead, Stored::Found] {
            for has_key in [false, true] {
                for is_touch_due in [false, true] {
                    let facts = Facts {
                        stored,
                        has_key,
                        is_touch_due,
                        ..IDLE
                    };
                    assert!(matches!(plan(&facts), Plan::Nothing | Plan::Touch), "{facts:?}");
                }
            }
        }
    }
}
