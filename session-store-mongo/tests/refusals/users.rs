//! Users who may do little, and those whom the server does not know.
