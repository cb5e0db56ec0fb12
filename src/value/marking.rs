//! Putting marks on values and taking them off.
//!
//! Taking marks off is for code that puts them back on its result; a mark that is dropped is a secret shown.

use std::sync::Arc;

use crate::value::path::Key;
use crate::value::{Kind, Marks, Members, Path, PathStep, Value};

impl Value {
    /// With these marks too.
    #[must_use]
    pub fn mark(mut self, marks: Marks) -> Value {
        self.marks |= marks;
        self
    }

    /// Without its own marks, and what they were.
    pub fn unmark(mut self) -> (Value, Marks) {
        let marks = std::mem::take(&mut self.marks);
        (self, marks)
    }

    /// Without any marks, however deep, and all that there were.
    pub fn unmark_deep(self) -> (Value, Marks) {
        let marks = self.deep_marks();
        if marks.is_empty() {
            return (self, marks);
        }
        (self.map_marks_deep(&mut |_| Marks::NONE), marks)
    }

    /// Whether the same parts of both are sensitive.
    pub fn is_as_sensitive_as(&self, other: &Value) -> bool {
        let of = |value: &Value| -> Vec<Path> {
            let marked = value.clone().unmark_deep_paths().1.into_iter();
            let sensitive = marked.filter(|(_, marks)| marks.is_sensitive());
            sensitive.map(|(path, _)| path).collect()
        };
        of(self) == of(other)
    }

    /// Replaces the marks of every value in it, itself included.
    #[must_use]
    pub fn map_marks_deep(&self, change: &mut impl FnMut(Marks) -> Marks) -> Value {
        let kind = match &self.kind {
            Kind::List(ty, items) => Kind::List(ty.clone(), map_items(items, change)),
            Kind::Tuple(items) => Kind::Tuple(map_items(items, change)),
            Kind::Map(ty, members) => Kind::Map(ty.clone(), map_members(members, change)),
            Kind::Object(members) => Kind::Object(map_members(members, change)),
            // Elements of a set have no marks of their own.
            other => other.clone(),
        };
        Value {
            kind,
            marks: change(self.marks),
            depth: self.depth,
        }
    }

    /// Without any marks, and where they were, in the order of the paths. Marks of a set are at its path.
    pub fn unmark_deep_paths(self) -> (Value, Vec<(Path, Marks)>) {
        if !self.has_marks_deep() {
            return (self, Vec::new());
        }
        let mut found = Vec::new();
        collect_marks(&self, &mut Path::root(), &mut found);
        (self.unmark_deep().0, found)
    }

    /// With these marks at these paths. A path into a set marks the set; a path that leads nowhere is ignored.
    #[must_use]
    pub fn mark_paths(self, marks: &[(Path, Marks)]) -> Value {
        if marks.is_empty() {
            return self;
        }
        let marks: Vec<(&[PathStep], Marks)> =
            marks.iter().map(|(path, marks)| (path.steps(), *marks)).collect();
        mark_below(&self, &marks)
    }
}

fn map_items(items: &Arc<[Value]>, change: &mut impl FnMut(Marks) -> Marks) -> Arc<[Value]> {
    items.iter().map(|item| item.map_marks_deep(change)).collect()
}

fn map_members(members: &Arc<Members>, change: &mut impl FnMut(Marks) -> Marks) -> Arc<Members> {
    let changed = members
        .iter()
        .map(|(key, value)| (Arc::clone(key), value.map_marks_deep(change)))
        .collect();
    Arc::new(changed)
}

fn collect_marks(value: &Value, path: &mut Path, found: &mut Vec<(Path, Marks)>) {
    if !value.marks.is_empty() {
        found.push((path.clone(), value.marks));
    }
    let mut visit = |step: PathStep, child: &Value| {
        path.push(step);
        collect_marks(child, path, found);
        path.pop();
    };
    match &value.kind {
        Kind::List(_, items) | Kind::Tuple(items) => {
            for (at, item) in items.iter().enumerate() {
                visit(PathStep::int(at), item);
            }
        }
        Kind::Map(_, members) => {
            for (key, member) in members.iter() {
                visit(PathStep::key(Arc::clone(key)), member);
            }
        }
        Kind::Object(members) => {
            for (name, member) in members.iter() {
                visit(PathStep::attr(Arc::clone(name)), member);
            }
        }
        _ => {}
    }
}

fn mark_below(value: &Value, marks: &[(&[PathStep], Marks)]) -> Value {
    let mut own = value.marks;
    let mut below: std::collections::BTreeMap<&PathStep, Vec<(&[PathStep], Marks)>> =
        std::collections::BTreeMap::new();
    for (steps, mark) in marks {
        match steps.split_first() {
            None => own |= *mark,
            Some((_, _)) if matches!(value.kind, Kind::Set(..)) => own |= *mark,
            Some((first, rest)) => below.entry(first).or_default().push((rest, *mark)),
        }
    }
    let mut kind = value.kind.clone();
    for (step, marks) in below {
        match (&mut kind, step) {
            (Kind::List(_, items) | Kind::Tuple(items), PathStep::Index(Key::Int(at))) => {
                let at = usize::try_from(*at).ok();
                if let Some(item) = at.and_then(|at| Arc::make_mut(items).get_mut(at)) {
                    *item = mark_below(item, &marks);
                }
            }
            (
                Kind::Map(_, members) | Kind::Object(members),
                PathStep::Index(Key::Str(key)) | PathStep::Attr(key),
            ) => {
                if let Some(member) = Arc::make_mut(members).get_mut(key) {
                    *member = mark_below(member, &marks);
                }
            }
            _ => {}
        }
    }
    Value {
        kind,
        marks: own,
        depth: value.depth,
    }
}
