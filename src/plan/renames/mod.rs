//! Renames: what goes at one address and comes at another, the same. For each there is the `moved` block that keeps it.
//!
//! Two objects are the same where the arguments that are known of the new one are those that the old one has; what the
//! provider sets is not looked at. Whole module calls are held against each other first, then their instances, then
//! resources, then instances of these, so that few blocks say much. Where one could be two others, nothing is said.
//! Nothing is changed here, and no value leaves this file. The cost is linear in the changes: values are compared where
//! their digests under the same names are equal, and names come in few selections.

mod arguments;
#[cfg(test)]
mod tests;
mod unit;

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::addr::{InstanceKey, Mode, ResourceAddr, Target};
use crate::schema::Block;
use crate::value::Value;

use super::change::{Action, Reason, ResourceChange};
use arguments::{Arguments, feed};
use unit::{Inner, Unit, inner, modules};

/// What probably has another address now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Its address in the state.
    pub from: Target,
    /// Its address in the configuration.
    pub to: Target,
    /// How many objects that concerns.
    pub objects: usize,
}

/// What must be known beside the changes.
pub struct Known<'a> {
    /// The schema of a resource.
    pub schema: &'a dyn Fn(&ResourceAddr) -> Option<&'a Block>,
    /// Whether the configuration declares something; true: as a whole, whatever its keys.
    pub is_declared: &'a dyn Fn(&Target, bool) -> bool,
}

/// Finds renames in the changes of a plan, in the order of their old addresses.
pub fn find<'a>(changes: &'a [ResourceChange], known: &'a Known<'a>) -> Vec<Rename> {
    let sides = sides(changes);
    let mut types: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for (change, side) in changes.iter().zip(&sides) {
        let (goes, comes) = types.entry(&change.addr.resource.type_name).or_default();
        *goes |= *side == Side::Goes;
        *comes |= *side == Side::Comes;
    }
    if !types.values().any(|(goes, comes)| *goes && *comes) {
        return Vec::new();
    }
    let mut finder = Finder {
        changes,
        tallies: tallies(changes, &sides),
        arguments: BTreeMap::new(),
        sides,
        known,
        taken: BTreeSet::new(),
    };
    for (at, change) in changes.iter().enumerate() {
        if finder.sides.get(at) == Some(&Side::Comes)
            && let Some(schema) = (known.schema)(&change.addr.resource)
        {
            finder.arguments.insert(at, Arguments::of(schema, &change.after));
        }
    }
    let mut found = Vec::new();
    for level in [Level::Modules, Level::Resources, Level::Instances] {
        let matches = finder.matches(level);
        for one in &matches {
            let both = one.objects.iter().flat_map(|(goes, comes)| [*goes, *comes]);
            finder.taken.extend(both);
        }
        found.extend(finder.joined(matches));
    }
    found.sort_by_key(|one| one.objects.first().copied());
    let rename = |one: &Match| Rename {
        from: one.from.target(),
        to: one.to.target(),
        objects: one.objects.len(),
    };
    found.iter().map(rename).collect()
}

/// What a change is to a rename.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Goes,
    Comes,
    /// It stays or something else happens to it, so nothing can move to or from there.
    Neither,
}

fn sides(changes: &[ResourceChange]) -> Vec<Side> {
    let mut deposed = changes
        .iter()
        .filter(|change| change.deposed.is_some())
        .peekable();
    let side = |change: &ResourceChange| {
        while deposed.next_if(|other| other.addr < change.addr).is_some() {}
        let whole = deposed.peek().is_none_or(|other| other.addr != change.addr);
        let plain = whole && change.importing.is_none() && change.previous.is_none();
        match change.action {
            _ if change.addr.resource.mode == Mode::Data || !plain => Side::Neither,
            Action::Delete => Side::Goes,
            Action::Create if change.reason == Reason::None => Side::Comes,
            _ => Side::Neither,
        }
    };
    changes.iter().map(side).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Modules,
    Resources,
    Instances,
}

/// How many changes there are of a unit.
#[derive(Clone, Copy, Default)]
struct Tally {
    goes: usize,
    comes: usize,
    neither: usize,
}

fn tallies(changes: &[ResourceChange], sides: &[Side]) -> BTreeMap<Unit, Tally> {
    let mut tallies: BTreeMap<Unit, Tally> = BTreeMap::new();
    let managed = changes.iter().zip(sides);
    for (change, side) in managed.filter(|(change, _)| change.addr.resource.mode == Mode::Managed) {
        let addr = &change.addr;
        let resource = Unit::Resource(addr.module.clone(), addr.resource.clone());
        let around = modules(addr).flat_map(|(call, module)| [call, module]);
        for unit in around.chain([resource]) {
            let tally = tallies.entry(unit).or_default();
            *match side {
                Side::Goes => &mut tally.goes,
                Side::Comes => &mut tally.comes,
                Side::Neither => &mut tally.neither,
            } += 1;
        }
    }
    tallies
}

/// A unit with its changes, in order.
type Member<'a> = (&'a Unit, &'a [usize]);

/// Two units that are the same.
struct Match {
    from: Unit,
    to: Unit,
    /// The change that goes and the one that comes, of each object.
    objects: Vec<(usize, usize)>,
}

/// Units of one shape have their arguments known in so many selections at most; of more, nothing is said.
const SELECTIONS: usize = 16;

struct Finder<'a> {
    changes: &'a [ResourceChange],
    sides: Vec<Side>,
    tallies: BTreeMap<Unit, Tally>,
    /// Of what comes.
    arguments: BTreeMap<usize, Arguments>,
    known: &'a Known<'a>,
    taken: BTreeSet<usize>,
}

impl Finder<'_> {
    /// Whether all that there is of a unit goes or comes, and it is declared accordingly.
    fn is_whole(&self, unit: &Unit, side: Side) -> bool {
        let tally = self.tallies.get(unit).copied().unwrap_or_default();
        match side {
            Side::Goes => {
                let whole = unit.key().is_none();
                tally.comes + tally.neither == 0 && !(self.known.is_declared)(&unit.target(), whole)
            }
            Side::Comes => tally.goes + tally.neither == 0,
            Side::Neither => false,
        }
    }

    /// What a change may be part of.
    fn units(&self, level: Level, change: &ResourceChange, side: Side) -> Vec<Unit> {
        let addr = &change.addr;
        let units = match level {
            Level::Modules => modules(addr).flat_map(|(call, module)| [call, module]).collect(),
            Level::Resources => vec![Unit::Resource(addr.module.clone(), addr.resource.clone())],
            Level::Instances => return vec![Unit::Instance(addr.clone())],
        };
        let whole = units.into_iter().filter(|unit| self.is_whole(unit, side));
        whole.collect()
    }

    fn matches(&self, level: Level) -> Vec<Match> {
        let mut units: BTreeMap<Unit, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (at, (change, side)) in self.changes.iter().zip(&self.sides).enumerate() {
            if *side == Side::Neither || self.taken.contains(&at) {
                continue;
            }
            for unit in self.units(level, change, *side) {
                let (goes, comes) = units.entry(unit).or_default();
                if *side == Side::Goes {
                    goes.push(at)
                } else {
                    comes.push(at)
                }
            }
        }
        let mut shapes: BTreeMap<Vec<Inner>, (Vec<Member<'_>>, Vec<Member<'_>>)> = BTreeMap::new();
        for (unit, (goes, comes)) in &units {
            let shape = |all: &[usize]| -> Vec<Inner> {
                let changes = all.iter().filter_map(|at| self.changes.get(*at));
                changes.map(|change| inner(unit, change)).collect()
            };
            if !goes.is_empty() {
                shapes.entry(shape(goes)).or_default().0.push((unit, goes));
            }
            if !comes.is_empty() {
                shapes.entry(shape(comes)).or_default().1.push((unit, comes));
            }
        }
        let mut found: Vec<Match> = Vec::new();
        for (goes, comes) in shapes
            .values()
            .filter(|(goes, comes)| !goes.is_empty() && !comes.is_empty())
        {
            found.extend(self.of_one_shape(goes, comes));
        }
        let mut times: BTreeMap<&Unit, usize> = BTreeMap::new();
        for one in &found {
            *times.entry(&one.from).or_default() += 1;
        }
        let doubtful: BTreeSet<Unit> = times
            .into_iter()
            .filter(|(_, times)| *times > 1)
            .map(|(unit, _)| unit.clone())
            .collect();
        found.retain(|one| !doubtful.contains(&one.from));
        // Of modules within each other, the outermost tells it.
        found.sort_by_key(|one| one.from.depth());
        let mut told = BTreeSet::new();
        found.retain(|one| {
            let first = one
                .objects
                .first()
                .is_some_and(|(goes, comes)| !told.contains(goes) && !told.contains(comes));
            told.extend(
                one.objects
                    .iter()
                    .flat_map(|(goes, comes)| [*goes, *comes])
                    .filter(|_| first),
            );
            first
        });
        found
    }

    /// Those that are the same as one other and no more.
    fn of_one_shape(&self, goes: &[Member<'_>], comes: &[Member<'_>]) -> Vec<Match> {
        let mut selections: BTreeMap<Vec<&[Arc<str>]>, Vec<Member<'_>>> = BTreeMap::new();
        for (unit, changes) in comes {
            let arguments: Option<Vec<&Arguments>> =
                changes.iter().map(|at| self.arguments.get(at)).collect();
            let Some(arguments) = arguments else { continue };
            let sum = |count: fn(&Arguments) -> usize| arguments.iter().map(|one| count(one)).sum::<usize>();
            let (told, unknown) = (sum(|one| one.told), sum(|one| one.unknown));
            if told > 0 && told >= unknown {
                let names = arguments.iter().map(|one| &*one.names).collect();
                selections.entry(names).or_default().push((unit, changes));
            }
        }
        let mut found = Vec::new();
        for (names, comes) in selections.iter().take(SELECTIONS) {
            let goes = self.by_digest(goes, names, Side::Goes);
            for (digest, comes) in self.by_digest(comes, names, Side::Comes) {
                if let (Some([from]), [to]) = (goes.get(&digest).map(Vec::as_slice), comes.as_slice()) {
                    found.extend(self.matched(from, to, names));
                }
            }
        }
        found
    }

    fn by_digest<'m>(
        &self,
        members: &[Member<'m>],
        names: &[&[Arc<str>]],
        side: Side,
    ) -> BTreeMap<u64, Vec<Member<'m>>> {
        let mut digests: BTreeMap<u64, Vec<Member<'m>>> = BTreeMap::new();
        for member in members {
            digests
                .entry(self.digest(member.1, names, side))
                .or_default()
                .push(*member);
        }
        digests
    }

    fn matched(&self, from: &Member<'_>, to: &Member<'_>, names: &[&[Arc<str>]]) -> Option<Match> {
        let bare = |unit: &Unit| unit.key().is_none_or(|key| *key == InstanceKey::None);
        let whole = bare(from.0) && bare(to.0);
        if (self.known.is_declared)(&from.0.target(), whole) {
            return None;
        }
        let objects: Vec<(usize, usize)> = from.1.iter().copied().zip(to.1.iter().copied()).collect();
        let mut all = objects.iter().zip(names);
        let same = all.all(|((goes, comes), names)| {
            names.iter().all(|name| {
                let (old, new) = (
                    self.argument(*goes, name, Side::Goes),
                    self.argument(*comes, name, Side::Comes),
                );
                old.zip(new)
                    .is_some_and(|(old, new)| old.equals(new).as_bool() == Some(true))
            })
        });
        same.then(|| Match {
            from: from.0.clone(),
            to: to.0.clone(),
            objects,
        })
    }

    fn argument(&self, at: usize, name: &str, side: Side) -> Option<&Value> {
        let change = self.changes.get(at)?;
        let value = if side == Side::Goes {
            &change.before
        } else {
            &change.after
        };
        value.members()?.get(name)
    }

    fn digest(&self, changes: &[usize], names: &[&[Arc<str>]], side: Side) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (at, names) in changes.iter().zip(names) {
            for name in *names {
                match self.argument(*at, name, side) {
                    Some(value) => feed(&mut hasher, value),
                    None => 0_u8.hash(&mut hasher),
                }
            }
        }
        hasher.finish()
    }

    /// Instances that keep their keys are told as the whole that they are of, where that is all of it.
    fn joined(&self, matches: Vec<Match>) -> Vec<Match> {
        let mut wholes: BTreeMap<(Unit, Unit), Vec<Match>> = BTreeMap::new();
        let mut joined = Vec::new();
        for one in matches {
            match (one.from.whole(), one.to.whole()) {
                (Some(from), Some(to)) if one.from.key() == one.to.key() => {
                    wholes.entry((from, to)).or_default().push(one);
                }
                _ => joined.push(one),
            }
        }
        for ((from, to), parts) in wholes {
            let objects: Vec<(usize, usize)> = parts.iter().flat_map(|part| part.objects.clone()).collect();
            let all = self
                .tallies
                .get(&from)
                .is_some_and(|tally| tally.goes == objects.len());
            if all && self.is_whole(&from, Side::Goes) && self.is_whole(&to, Side::Comes) {
                joined.push(Match { from, to, objects });
            } else {
                joined.extend(parts);
            }
        }
        joined
    }
}
