//! The law of unknowns: an answer given while something was unknown is never contradicted by the answer that is
//! given once it is known. This file says whether two answers keep the law; it computes no answer itself.

use super::equal::could_conform;
use super::{Kind, Type, Value};

/// Whether `later` may stand where `earlier` stood before everything was known: equal wherever that was known, of
/// a type that was possible, and within what was said of its unknowns. Marks are not looked at.
///
/// # Errors
/// What the two differ in.
pub fn fulfils(earlier: &Value, later: &Value) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("{why}: {earlier:?} became {later:?}"));
    match (earlier.kind(), later.kind()) {
        (Kind::Unknown(Type::Dynamic, _), _) => Ok(()),
        (Kind::Unknown(_, refinement), _) if later.is_known() => {
            if !could_conform(&earlier.ty(), &later.ty()) {
                return wrong("another type");
            }
            if !refinement.allows(later) {
                return wrong("out of range");
            }
            Ok(())
        }
        (Kind::Unknown(..), _) => Ok(()),
        // Elements that were unknown may have become equal, and each has another place in the order.
        (Kind::Set(_, before), Kind::Set(_, after)) if !earlier.is_wholly_known() => {
            if after.len() > before.len() || (after.is_empty() && !before.is_empty()) {
                return wrong("length");
            }
            Ok(())
        }
        _ if earlier.can_iterate() => {
            if std::mem::discriminant(earlier.kind()) != std::mem::discriminant(later.kind()) {
                return wrong("another type");
            }
            let (before, after) = (earlier.iter_elements(), later.iter_elements());
            let (before, after): (Vec<_>, Vec<_>) = (before.collect(), after.collect());
            if before.len() != after.len() {
                return wrong("length");
            }
            before
                .iter()
                .zip(&after)
                .try_for_each(|((key, before), (now, after))| {
                    let same_key = key.clone().unmark().0 == now.clone().unmark().0;
                    if !same_key && !matches!(earlier.kind(), Kind::Set(..)) {
                        return wrong("another key");
                    }
                    fulfils(before, after)
                })
        }
        (Kind::Null(_), Kind::Null(_)) => Ok(()),
        _ if earlier.clone().unmark_deep().0 == later.clone().unmark_deep().0 => Ok(()),
        _ => wrong("different"),
    }
}
