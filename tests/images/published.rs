//! Crates as their authors published them: fetched, dockerized, built unedited and run.
