//! Bytes as people read them.

use bytesize::ByteSize;

/// `34.1 MB`
pub(crate) fn shown(bytes: u64) -> String {
    ByteSize::b(bytes).display().si().to_string()
}
