//! What is found by index is what a look at everything finds.

use proptest::prelude::*;

use super::super::moves::tests::{any_instance, any_moves};
use super::{Spoken, There};
use crate::addr::InstanceAddr;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_move_takes_along_all_that_it_speaks_of(
        moves in any_moves(),
        instances in prop::collection::btree_set(any_instance(), 0..12),
        gone in any_instance(),
    ) {
        let mut there = There::new(&instances);
        there.remove(&gone);
        let left: Vec<&InstanceAddr> = instances.iter().filter(|addr| **addr != gone).collect();
        for one in &moves {
            let by_hand: Vec<(InstanceAddr, InstanceAddr)> = left
                .iter()
                .filter_map(|addr| Some(((*addr).clone(), one.destination(addr)?)))
                .collect();
            for (_, to) in &by_hand {
                let place = one.place(to);
                prop_assert_eq!(there.is_taken(&place), left.iter().any(|addr| one.place(addr) == place));
            }
            prop_assert_eq!(there.led_by(one), by_hand);
        }
    }

    #[test]
    fn every_move_that_speaks_of_an_address_is_found(moves in any_moves(), addr in any_instance(), from in 0..6usize) {
        let spoken = Spoken::of(moves.iter().enumerate().map(|(at, one)| (at, one, &one.from)));
        let found = spoken.about(&addr, from);
        prop_assert!(found.iter().all(|at| *at >= from));
        for (at, one) in moves.iter().enumerate().skip(from) {
            prop_assert!(one.destination(&addr).is_none() || found.contains(&at));
        }
    }
}
