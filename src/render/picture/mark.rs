//! The marks of boxes: each kind has a word, a sign and a shape of its own, beside its colour.
//!
//! The signs are those of a plan in a terminal, so that they have to be learnt once.

/// What happens to a box, or what it is where nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A new object.
    Create,
    /// A change in place.
    Update,
    /// A part of a replacement.
    Replace,
    /// A deletion.
    Delete,
    /// A data source is read.
    Read,
    /// An object comes into the state.
    Import,
    /// Commands are run.
    Run,
    /// An object is dropped from the state.
    Forget,
    /// It stays as it is.
    Keep,
    /// A resource of a configuration.
    Resource,
    /// A data source of a configuration.
    Data,
}

impl Mark {
    /// The name of its colours.
    pub fn class(self) -> &'static str {
        match self {
            Mark::Create => "create",
            Mark::Update => "update",
            Mark::Replace => "replace",
            Mark::Delete => "delete",
            Mark::Read | Mark::Data => "read",
            Mark::Import => "import",
            Mark::Run => "run",
            Mark::Forget => "forget",
            Mark::Keep => "keep",
            Mark::Resource => "resource",
        }
    }

    /// What it means.
    pub fn word(self) -> &'static str {
        match self {
            Mark::Create => "create",
            Mark::Update => "update in place",
            Mark::Replace => "replace",
            Mark::Delete => "delete",
            Mark::Read => "read",
            Mark::Import => "import",
            Mark::Run => "run commands",
            Mark::Forget => "forget",
            Mark::Keep => "no change",
            Mark::Resource => "resource",
            Mark::Data => "data source",
        }
    }

    /// The sign in it.
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Create => "+",
            Mark::Update => "~",
            Mark::Replace => "\u{b1}",
            Mark::Delete => "\u{2212}",
            Mark::Read | Mark::Data => "\u{2190}",
            Mark::Import => "\u{2192}",
            Mark::Run => "$",
            Mark::Forget => "\u{d7}",
            Mark::Keep => "=",
            Mark::Resource => "",
        }
    }

    /// The shape, as SVG draws it around 0,0 within 24 by 24.
    pub fn shape(self) -> &'static str {
        match self {
            Mark::Create => r#"<circle class="mark" r="10.5"/>"#,
            Mark::Update => r#"<path class="mark" d="M0-12 12 0 0 12-12 0z"/>"#,
            Mark::Replace => r#"<path class="mark" d="M-6-10.5H6L12 0 6 10.5H-6L-12 0z"/>"#,
            Mark::Delete => r#"<path class="mark" d="M-9.5-9.5H9.5V9.5H-9.5z"/>"#,
            Mark::Read | Mark::Data => r#"<path class="mark" d="M-12 0-5-10H11V10H-5z"/>"#,
            Mark::Import => r#"<path class="mark" d="M12 0 5 10H-11V-10H5z"/>"#,
            Mark::Run => r#"<rect class="mark" x="-11" y="-9" width="22" height="18" rx="5"/>"#,
            Mark::Forget => r#"<path class="mark" d="M-4.5-11H4.5L11-4.5V4.5L4.5 11H-4.5L-11 4.5V-4.5z"/>"#,
            Mark::Keep => r#"<circle class="mark hollow" r="9.5"/>"#,
            Mark::Resource => r#"<rect class="mark" x="-8" y="-8" width="16" height="16" rx="4"/>"#,
        }
    }
    /// The shape with its sign.
    pub fn symbol(self) -> String {
        match self.sign() {
            "" => self.shape().to_owned(),
            sign => format!("{}<text class=\"sign\" y=\"5.2\">{sign}</text>", self.shape()),
        }
    }
}
