//! The statements.

crate::statement::statements! {
    clear
    clear_cut_offs
    count
    create
    cut_off
    delete
    delete_expired
    delete_expired_cut_offs
    delete_sessions_of
    load
    rotate
    scan
    sessions_of
    touch
    update;
    load_several
    update_several
}
