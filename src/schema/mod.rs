//! The schema language: what arguments a block takes, of what types, and what the provider does with them.
//!
//! A schema is data, so that the same description serves evaluation, planning, documentation and JSON output.
//! It holds no behaviour beyond what follows from it alone: the implied type, the null value of a block, the
//! conformity of a value. What a provider *does* stands behind `ports::Provider`.

pub mod build;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::{Kind, Marks, Members, ObjectType, Path, PathStep, Type, Value};

/// Everything a provider offers.
#[derive(Clone, Debug, Default)]
pub struct ProviderSchema {
    /// The provider's local name, for example `giantswarm`.
    pub name: &'static str,
    /// The arguments of the `provider` block.
    pub config: Block,
    /// Managed resource types by name.
    pub resources: BTreeMap<&'static str, ResourceSchema>,
    /// Data source types by name.
    pub data_sources: BTreeMap<&'static str, ResourceSchema>,
}

/// One resource type.
#[derive(Clone, Debug, Default)]
pub struct ResourceSchema {
    /// Grows when stored attributes change shape.
    pub version: u64,
    /// One sentence for the reference page.
    pub description: &'static str,
    /// The form of import ids, for example `ORG/USER`.
    pub import_id: &'static str,
    /// Arguments and attributes.
    pub block: Block,
}

/// The content of a block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Arguments and computed attributes.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
    /// Nested blocks by block type.
    pub blocks: BTreeMap<Arc<str>, NestedBlock>,
}

/// Who gives an attribute its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// The configuration must.
    Required,
    /// The configuration may; null otherwise.
    Optional,
    /// The configuration may; the provider otherwise.
    OptionalComputed,
    /// The provider alone.
    Computed,
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its type constraint.
    pub ty: Type,
    /// Who gives the value.
    pub usage: Usage,
    /// Never shown, whatever it is computed from.
    pub sensitive: bool,
    /// Given to the provider, never stored.
    pub write_only: bool,
    /// A change replaces the object (for documentation; the provider decides).
    pub forces_replacement: bool,
    /// The argument that it repeats, so that it is as sensitive as that.
    pub copy_of: Option<&'static str>,
    /// The arguments that it is made of, as names joined by dots (`service.component.image`), so that all of it is
    /// sensitive where one of them is.
    pub made_of: &'static [&'static str],
    /// One sentence for the reference page.
    pub description: &'static str,
}

/// How often a nested block may stand, and what it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most one block: an object or null.
    Single,
    /// Any number: a list of objects in source order.
    List,
    /// Any number: a set of objects.
    Set,
    /// Any number, each with one label that no other has: a map of objects by label.
    Map,
}

/// One nested block type.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// How it nests.
    pub nesting: Nesting,
    /// The content.
    pub block: Block,
    /// The least number of blocks.
    pub min: usize,
    /// The greatest number of blocks; 0 for no limit.
    pub max: usize,
    /// One sentence for the reference page.
    pub description: &'static str,
}

impl Attribute {
    /// An attribute of this type and usage, neither sensitive nor replacing.
    pub fn new(ty: Type, usage: Usage, description: &'static str) -> Attribute {
        let (sensitive, write_only, forces_replacement) = (false, false, false);
        let copy_of = None;
        Attribute {
            ty,
            usage,
            sensitive,
            write_only,
            forces_replacement,
            copy_of,
            made_of: &[],
            description,
        }
    }

    /// A required argument.
    pub fn required(ty: Type, description: &'static str) -> Attribute {
        Attribute::new(ty, Usage::Required, description)
    }

    /// An optional argument.
    pub fn optional(ty: Type, description: &'static str) -> Attribute {
        Attribute::new(ty, Usage::Optional, description)
    }

    /// A computed attribute.
    pub fn computed(ty: Type, description: &'static str) -> Attribute {
        Attribute::new(ty, Usage::Computed, description)
    }

    /// Marks it as replacing.
    #[must_use]
    pub fn forces_replacement(mut self) -> Attribute {
        self.forces_replacement = true;
        self
    }

    /// Marks it as sensitive.
    #[must_use]
    pub fn sensitive(mut self) -> Attribute {
        self.sensitive = true;
        self
    }

    /// Keeps it out of plans and states: the provider alone gets it.
    #[must_use]
    pub fn write_only(mut self) -> Attribute {
        self.write_only = true;
        self
    }

    /// Marks it as repeating an argument.
    #[must_use]
    pub fn copy_of(mut self, argument: &'static str) -> Attribute {
        self.copy_of = Some(argument);
        self
    }

    /// Marks it as made of arguments.
    #[must_use]
    pub fn made_of(mut self, arguments: &'static [&'static str]) -> Attribute {
        self.made_of = arguments;
        self
    }

    /// Whether the configuration may set it.
    pub fn is_argument(&self) -> bool {
        self.usage != Usage::Computed
    }

    /// Whether the provider may set it.
    pub fn is_computed(&self) -> bool {
        matches!(self.usage, Usage::Computed | Usage::OptionalComputed)
    }
}

impl NestedBlock {
    /// A nested block without bounds.
    pub fn new(nesting: Nesting, block: Block, description: &'static str) -> NestedBlock {
        NestedBlock {
            nesting,
            block,
            min: 0,
            max: 0,
            description,
        }
    }

    /// The type of all blocks of this kind together.
    pub fn implied_type(&self) -> Type {
        let object = self.block.implied_type();
        match self.nesting {
            Nesting::Single => object,
            Nesting::List => Type::list(object),
            Nesting::Set => Type::set(object),
            Nesting::Map => Type::map(object),
        }
    }

    /// What stands when there is no such block: null or an empty collection.
    pub fn absent(&self) -> Value {
        let object = self.block.implied_type();
        match self.nesting {
            Nesting::Single => Value::null(object),
            Nesting::List => Value::list(object, Vec::new()),
            Nesting::Set => Value::set(object, Vec::new()),
            Nesting::Map => Value::map(object, Members::new()),
        }
    }
}

impl Block {
    /// A block of these attributes.
    pub fn new<const N: usize>(attributes: [(&str, Attribute); N]) -> Block {
        let attributes = attributes
            .into_iter()
            .map(|(name, attribute)| (Arc::from(name), attribute))
            .collect();
        Block {
            attributes,
            blocks: BTreeMap::new(),
        }
    }

    /// Adds nested blocks.
    #[must_use]
    pub fn with_blocks<const N: usize>(mut self, blocks: [(&str, NestedBlock); N]) -> Block {
        self.blocks
            .extend(blocks.into_iter().map(|(name, block)| (Arc::from(name), block)));
        self
    }

    /// The object type of a value of this block.
    pub fn implied_type(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, a)| (Arc::clone(name), a.ty.without_optional()));
        let blocks = self
            .blocks
            .iter()
            .map(|(name, block)| (Arc::clone(name), block.implied_type()));
        Type::Object(Arc::new(ObjectType {
            attributes: attributes.chain(blocks).collect(),
            ..ObjectType::default()
        }))
    }

    /// The value of an empty block: attributes null, nested blocks absent.
    pub fn empty_value(&self) -> Value {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, a)| (Arc::clone(name), Value::null(a.ty.without_optional())));
        let blocks = self
            .blocks
            .iter()
            .map(|(name, block)| (Arc::clone(name), block.absent()));
        Value::object_members(attributes.chain(blocks).collect())
    }

    /// All names, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes
            .keys()
            .chain(self.blocks.keys())
            .map(AsRef::as_ref)
    }

    /// Adds the sensitive mark wherever the schema demands it.
    pub fn mark_sensitive(&self, value: &Value) -> Value {
        let Some(members) = value.members() else {
            return value.clone();
        };
        if !self.has_sensitive() {
            return value.clone();
        }
        let marked = members.iter().map(|(name, member)| {
            let member = if let Some(attribute) = self.attributes.get(name) {
                if attribute.sensitive {
                    member.clone().mark(Marks::SENSITIVE)
                } else {
                    member.clone()
                }
            } else if let Some(nested) = self.blocks.get(name) {
                nested.mark_sensitive(member)
            } else {
                member.clone()
            };
            (Arc::clone(name), member)
        });
        Value::object_members(marked.collect()).mark(value.marks())
    }

    /// The marks of an object's arguments, and those that follow from them: the same on the parts of an attribute that
    /// repeats one, or on all of it while its parts are not known, and on all of an attribute that is made of one.
    fn with_derived(&self, marks: Vec<(Path, Marks)>, object: &Value) -> Vec<(Path, Marks)> {
        let mut all = Vec::new();
        for (name, attribute) in self.attributes.iter().filter(|_| !marks.is_empty()) {
            let own = || PathStep::Attr(Arc::clone(name));
            let copy = object.members().and_then(|members| members.get(name));
            let whole = copy.is_some_and(|copy| !copy.is_known());
            for (path, marks) in &marks {
                let mut steps = path.steps().iter();
                if let (Some(PathStep::Attr(first)), Some(argument)) = (steps.next(), attribute.copy_of)
                    && &**first == argument
                {
                    let parts = steps.filter(|_| !whole).cloned();
                    all.push((Path(std::iter::once(own()).chain(parts).collect()), *marks));
                }
                if attribute.made_of.iter().any(|argument| is_about(path, argument)) {
                    all.push((Path(vec![own()]), *marks));
                }
            }
        }
        all.extend(marks);
        all
    }

    /// An object with these marks of its arguments, what follows from them, and what the schema calls sensitive.
    #[must_use]
    pub fn with_marks(&self, object: Value, marks: Vec<(Path, Marks)>) -> Value {
        let marks = self.with_derived(marks, &object);
        self.mark_sensitive(&object.mark_paths(&marks))
    }

    fn has_sensitive(&self) -> bool {
        self.attributes.values().any(|a| a.sensitive) || self.blocks.values().any(|b| b.block.has_sensitive())
    }

    /// The value with everything marked that must not be shown: what is sensitive, and what is write-only.
    pub fn mark_hidden(&self, value: &Value) -> Value {
        let marked = self.mark_sensitive(value);
        if !self.has_write_only() {
            return marked;
        }
        let hidden = marked.transform(&mut |path, value| {
            Ok::<Value, std::convert::Infallible>(match self.is_write_only(path) {
                true => value.mark(Marks::SENSITIVE),
                false => value,
            })
        });
        match hidden {
            Ok(hidden) => hidden,
            Err(never) => match never {},
        }
    }

    fn has_write_only(&self) -> bool {
        self.attributes.values().any(|a| a.write_only)
            || self.blocks.values().any(|b| b.block.has_write_only())
    }

    /// Whether a path leads to a write-only argument or into one.
    pub fn is_write_only(&self, path: &Path) -> bool {
        self.attribute_at(path)
            .is_some_and(|attribute| attribute.write_only)
    }

    /// The value with its write-only arguments as null, for whatever is kept.
    pub fn without_write_only(&self, value: &Value) -> Value {
        if !self.has_write_only() {
            return value.clone();
        }
        let emptied = value.transform(&mut |path, value| {
            let attribute = self.attribute_at(path).filter(|attribute| attribute.write_only);
            Ok::<Value, std::convert::Infallible>(match attribute {
                Some(attribute) => Value::null(attribute.ty.without_optional()),
                None => value,
            })
        });
        match emptied {
            Ok(emptied) => emptied,
            Err(never) => match never {},
        }
    }

    /// The attribute under a path of a value of this block, if the path leads to one.
    pub fn attribute_at(&self, path: &Path) -> Option<&Attribute> {
        let mut block = self;
        for step in path.steps() {
            let PathStep::Attr(name) = step else { continue };
            if let Some(attribute) = block.attributes.get(name) {
                return Some(attribute);
            }
            block = &block.blocks.get(name)?.block;
        }
        None
    }
}

/// Whether a path leads to an argument, into it, or to a block that it is in.
fn is_about(path: &Path, argument: &str) -> bool {
    let names = path.steps().iter().filter_map(|step| match step {
        PathStep::Attr(name) => Some(&**name),
        PathStep::Index(_) => None,
    });
    names
        .zip(argument.split('.'))
        .all(|(name, wanted)| name == wanted)
}

impl NestedBlock {
    fn mark_sensitive(&self, value: &Value) -> Value {
        if !self.block.has_sensitive() {
            return value.clone();
        }
        let each = |item: &Value| self.block.mark_sensitive(item);
        let marked = match value.kind() {
            Kind::List(ty, items) => Value::list(ty.clone(), items.iter().map(each).collect()),
            Kind::Set(ty, items) => Value::set(ty.clone(), items.iter().map(each).collect()),
            Kind::Map(ty, members) => Value::map(
                ty.clone(),
                members.iter().map(|(k, v)| (Arc::clone(k), each(v))).collect(),
            ),
            _ => return each(value),
        };
        marked.mark(value.marks())
    }
}
