//! The statements.

crate::statement::statements! {
    clear
    clear_cut_offs
    count
    create
    create_signed_in
    cut_off
    delete
    delete_ended
    delete_ended_sessions_of
    delete_expired
    delete_expired_cut_offs
    delete_sessions_of
    load
    look
    look_for_rotation
    probe
    rotate
    scan
    sessions_of
    touch
    update;
    load_several
}
