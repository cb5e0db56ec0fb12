//! Which instances of a state an address means, and the order in which people read them.

use crate::addr::{InstanceAddr, InstanceKey, Mode, ModuleInstance, Target};

use super::State;

/// The instances that an address means, in reading order. The last name without a key means all its instances;
/// keys before it are never left out.
pub fn select<'a>(state: &'a State, target: &Target) -> Vec<&'a InstanceAddr> {
    in_order(state.instances.keys().filter(|addr| means(target, addr)))
}

/// Addresses in reading order: outer modules first, and data sources before managed resources.
pub fn in_order<'a>(addresses: impl IntoIterator<Item = &'a InstanceAddr>) -> Vec<&'a InstanceAddr> {
    let mut found: Vec<&InstanceAddr> = addresses.into_iter().collect();
    found.sort_by_key(|addr| {
        let managed = addr.resource.mode == Mode::Managed;
        (
            addr.module.0.len(),
            &addr.module,
            managed,
            &addr.resource,
            &addr.key,
        )
    });
    found
}

fn means(target: &Target, addr: &InstanceAddr) -> bool {
    match target {
        Target::Module(module) => is_within(module, &addr.module),
        Target::Resource(wanted) => {
            wanted.module == addr.module
                && wanted.resource == addr.resource
                && (wanted.key == InstanceKey::None || wanted.key == addr.key)
        }
    }
}

/// Whether a module instance is that of an address or lies in it.
fn is_within(wanted: &ModuleInstance, module: &ModuleInstance) -> bool {
    let Some(((name, key), before)) = wanted.0.split_last() else {
        return true;
    };
    module.0.starts_with(before)
        && module
            .0
            .get(before.len())
            .is_some_and(|(other, actual)| name == other && (*key == InstanceKey::None || key == actual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::{parse_instance, parse_target};
    use crate::state::Instance;

    fn state(addresses: &[&str]) -> State {
        let instance = || Instance {
            provider: "terraform".into(),
            current: None,
            deposed: Default::default(),
        };
        let instances = addresses
            .iter()
            .map(|text| (parse_instance(text).unwrap(), instance()))
            .collect();
        State {
            instances,
            ..State::default()
        }
    }

    fn check(target: &str, expected: &[&str]) {
        let state = state(&[
            "t.a",
            "t.m[0]",
            "t.m[10]",
            "t.m[9]",
            "data.t.d",
            "module.b.t.a",
            "module.a.module.c.t.a",
            "module.i[\"u\"].t.own",
            "module.i[\"v\"].t.own",
            "module.i[\"u\"].module.c.t.deep",
        ]);
        let found: Vec<String> = select(&state, &parse_target(target).unwrap())
            .into_iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expected, "{target}");
    }

    #[test]
    fn the_last_name_without_a_key_means_all_and_the_order_is_from_the_outside_in() {
        check("t.m", &["t.m[0]", "t.m[9]", "t.m[10]"]);
        check("t.m[9]", &["t.m[9]"]);
        check("t.m[8]", &[]);
        check(
            "module.i",
            &[
                "module.i[\"u\"].t.own",
                "module.i[\"v\"].t.own",
                "module.i[\"u\"].module.c.t.deep",
            ],
        );
        check(
            "module.i[\"u\"]",
            &["module.i[\"u\"].t.own", "module.i[\"u\"].module.c.t.deep"],
        );
        check("module.i.module.c", &[]);
        check("module.i.t.own", &[]);
        check("data.t.d", &["data.t.d"]);
    }

    #[test]
    fn outer_modules_come_first_and_data_sources_before_managed_resources() {
        let state = state(&["module.a.module.b.t.x", "t.b", "module.z.t.x", "data.t.z"]);
        let all: Vec<String> = in_order(state.instances.keys())
            .into_iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(all, ["data.t.z", "t.b", "module.z.t.x", "module.a.module.b.t.x"]);
    }
}
