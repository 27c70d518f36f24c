//! The statements.

crate::statement::statements! {
    clear
    clear_cut_offs
    count
    create
    create_signed_in
    cut_off
    delete
    delete_expired
    delete_expired_cut_offs
    delete_sessions_of
    load
    load_several
    probe
    rotate
    scan
    sessions_of
    touch
    update
    update_several
}
