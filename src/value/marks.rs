//! Marks: what travels with a value through every operation.

use std::ops::{BitOr, BitOrAssign};

/// A set of marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Marks(u8);

impl Marks {
    /// No marks.
    pub const NONE: Marks = Marks(0);
    /// Must not be shown: "(sensitive value)".
    pub const SENSITIVE: Marks = Marks(1);
    /// Must not be stored in state or plan.
    pub const EPHEMERAL: Marks = Marks(2);

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` are here.
    pub fn contains(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the value must not be shown.
    pub fn is_sensitive(self) -> bool {
        self.contains(Marks::SENSITIVE)
    }

    /// Whether the value must not be stored.
    pub fn is_ephemeral(self) -> bool {
        self.contains(Marks::EPHEMERAL)
    }

    /// These without `other`.
    #[must_use]
    pub fn without(self, other: Marks) -> Marks {
        Marks(self.0 & !other.0)
    }
}

impl BitOr for Marks {
    type Output = Marks;
    fn bitor(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Marks) {
        self.0 |= other.0;
    }
}
