//! Short words for writing a schema down, for all providers alike.
//!
//! Each word makes a name with its attribute, or a whole type from such pairs. They add nothing to what the types of
//! this room say.

use super::{Attribute, Block, ResourceSchema};
use crate::value::Type;

/// A name with what it stands for.
pub type Named = (&'static str, Attribute);

/// An argument that must be set.
pub fn required(name: &'static str, ty: Type, description: &'static str) -> Named {
    (name, Attribute::required(ty, description))
}

/// An argument that may be left out, and then is null.
pub fn optional(name: &'static str, ty: Type, description: &'static str) -> Named {
    (name, Attribute::optional(ty, description))
}

/// An attribute that the provider sets.
pub fn computed(name: &'static str, ty: Type, description: &'static str) -> Named {
    (name, Attribute::computed(ty, description))
}

/// A string that must be set.
pub fn required_text(name: &'static str, description: &'static str) -> Named {
    required(name, Type::String, description)
}

/// A string that the provider sets.
pub fn computed_text(name: &'static str, description: &'static str) -> Named {
    computed(name, Type::String, description)
}

/// The id that the provider makes of these arguments.
pub fn id_of(arguments: &'static [&'static str], description: &'static str) -> Named {
    let id = Attribute::computed(Type::String, description);
    ("id", id.made_of(arguments))
}

/// The type of a list of strings.
pub fn texts() -> Type {
    Type::list(Type::String)
}

impl ResourceSchema {
    /// A type of managed objects, in its first version.
    pub fn managed<const N: usize>(
        description: &'static str,
        import_id: &'static str,
        attributes: [Named; N],
    ) -> ResourceSchema {
        ResourceSchema {
            version: 0,
            description,
            import_id,
            block: Block::new(attributes),
        }
    }

    /// A data source, which nothing can be imported to.
    pub fn data<const N: usize>(description: &'static str, attributes: [Named; N]) -> ResourceSchema {
        ResourceSchema::managed(description, "", attributes)
    }
}
