//! Images that take minutes each, of large programs and of other platforms: `tests/run all` builds them.

mod auditable;
mod platforms;
mod published;
