//! Functions of IP networks in CIDR notation.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use crate::lang::fault::quote;
use crate::value::{Type, Value};

use super::Answer;
use super::args::{Args, failed, strings};

/// A network: its bits, its prefix, and how many bits an address has.
#[derive(Clone, Copy)]
struct Network {
    bits: u128,
    prefix: u32,
    size: u32,
}

impl Network {
    fn show(self) -> String {
        format!("{}/{}", address(self.bits, self.size), self.prefix)
    }

    /// The bits that a host may set.
    fn host_mask(self) -> u128 {
        let host_bits = self.size - self.prefix;
        if host_bits == 128 {
            u128::MAX
        } else {
            (1 << host_bits) - 1
        }
    }
}

fn address(bits: u128, size: u32) -> IpAddr {
    if size == 32 {
        IpAddr::V4(Ipv4Addr::from(u32::try_from(bits).unwrap_or(u32::MAX)))
    } else {
        IpAddr::V6(Ipv6Addr::from(bits))
    }
}

/// Reads `address/prefix`; parts of an IPv4 address may have leading zeros, and bits of the host are dropped.
fn parse(text: &str) -> Option<Network> {
    let (host, prefix) = text.split_once('/')?;
    if prefix.is_empty() || prefix.len() > 3 || !prefix.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let prefix: u32 = prefix.parse().ok()?;
    let (bits, size) = if host.contains(':') {
        (u128::from(host.parse::<Ipv6Addr>().ok()?), 128)
    } else {
        let mut bits = 0_u128;
        let mut parts = 0;
        for part in host.split('.') {
            if part.is_empty() || part.len() > 3 || !part.bytes().all(|digit| digit.is_ascii_digit()) {
                return None;
            }
            bits = bits << 8 | u128::from(part.parse::<u8>().ok()?);
            parts += 1;
        }
        if parts != 4 {
            return None;
        }
        (bits, 32)
    };
    if prefix > size {
        return None;
    }
    let network = Network { bits, prefix, size };
    Some(Network {
        bits: bits & !network.host_mask(),
        ..network
    })
}

fn network(args: &Args<'_>) -> Answer<Network> {
    match parse(args.text(0)) {
        Some(network) => Ok(network),
        None => args.fault(
            0,
            format!("{} is not a network in CIDR notation", quote(args.text(0))),
        ),
    }
}

/// A whole number of any size.
fn whole(args: &Args<'_>, at: usize) -> Answer<BigInt> {
    let number = args.number(at)?;
    match number.to_bigint().filter(|_| number.is_integer()) {
        Some(whole) => Ok(whole),
        None => args.fault(at, "a whole number is required"),
    }
}

pub(super) fn cidrhost(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let network = network(args)?;
    let number = whole(args, 1)?;
    let hosts = BigInt::from(network.host_mask()) + 1;
    // A negative number counts from the end.
    let at = if number.is_negative() {
        &number + &hosts
    } else {
        number.clone()
    };
    let Some(at) = at.to_u128().filter(|_| at < hosts) else {
        return failed(format!(
            "a network with a prefix of {} bits has no host with the number {number}",
            network.prefix
        ));
    };
    Ok(Value::string(
        address(network.bits | at, network.size).to_string(),
    ))
}

pub(super) fn cidrnetmask(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let network = network(args)?;
    if network.size != 32 {
        return failed(format!("an IPv6 network has no netmask: {}", quote(args.text(0))));
    }
    let mask = u128::from(u32::MAX) & !network.host_mask();
    Ok(Value::string(address(mask, 32).to_string()))
}

pub(super) fn cidrsubnet(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let network = network(args)?;
    let new_bits = args.whole(1)?;
    let number = whole(args, 2)?;
    let prefix = i64::from(network.prefix).saturating_add(new_bits);
    let Some(prefix) = u32::try_from(prefix)
        .ok()
        .filter(|prefix| *prefix <= network.size)
    else {
        return failed(format!(
            "a prefix of {} bits cannot be extended by {new_bits}",
            network.prefix
        ));
    };
    let subnet = Network { prefix, ..network };
    let extension = u32::try_from(new_bits).unwrap_or(0);
    let count = BigInt::from(1) << extension;
    if new_bits >= 0 && number >= count {
        return failed(format!(
            "an extension by {new_bits} bits has no subnet with the number {number}"
        ));
    }
    let shift = subnet.size - prefix;
    let Some(at) = number.to_u128().filter(|_| !number.is_negative()) else {
        return args.fault(2, "the number of a subnet must not be negative");
    };
    let moved = if shift >= 128 { 0 } else { at << shift };
    Ok(Value::string(
        Network {
            bits: (network.bits & !subnet.host_mask()) | moved,
            ..subnet
        }
        .show(),
    ))
}

pub(super) fn cidrsubnets(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let network = network(args)?;
    let mut shown = Vec::with_capacity(args.len());
    let mut next = Some(network.bits);
    let last = network.bits | network.host_mask();
    for at in 1..args.len() {
        let new_bits = args.whole(at)?;
        if new_bits < 1 {
            return args.fault(at, "the prefix must be extended by at least one bit");
        }
        if new_bits > 32 {
            return args.fault(at, "the prefix cannot be extended by more than 32 bits");
        }
        let prefix = network.prefix + u32::try_from(new_bits).unwrap_or(0);
        if prefix > network.size {
            return args.fault(
                at,
                format!(
                    "a prefix of {prefix} bits is too long for an address of {} bits",
                    network.size
                ),
            );
        }
        let mut subnet = Network { prefix, ..network };
        let block = subnet.host_mask();
        // The next address that a block of this size may begin at.
        let start = next
            .and_then(|next| next.checked_add(block))
            .map(|end| end & !block);
        match start.filter(|start| start | block <= last) {
            Some(start) => subnet.bits = start,
            None => {
                return args.fault(
                    at,
                    format!("no room is left for a subnet with a prefix of {prefix} bits"),
                );
            }
        }
        next = (subnet.bits | block).checked_add(1);
        shown.push(subnet.show());
    }
    Ok(strings(shown))
}
