//! What running a function may allocate: all that callers need to know to keep a promise of their own.

use crate::site::SiteKind;

/// What is allocated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// What a site allocates.
    Site(SiteKind),
    /// Room for another entry of a map.
    MapGrowth,
}

impl What {
    /// In a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            What::Site(kind) => kind.as_str(),
            What::MapGrowth => "map-growth",
        }
    }
}

/// Why it cannot be told whether something is allocated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opaque {
    /// A call of an interface's method.
    Interface,
    /// A call of a function value.
    Value,
    /// A function whose code is not known: written in assembly, or of a package that was not found.
    Code,
}

/// That something is allocated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Allocation {
    /// Whether it allocates whenever it runs, or only under a condition.
    pub always: bool,
    /// What.
    pub what: What,
}

/// What running a function may allocate, in itself and in what it calls; paths that end in a panic or in the end of the
/// program left out. The default is nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Effect {
    /// The first allocation, one that always happens before one that may.
    pub allocates: Option<Allocation>,
    /// The first thing that cannot be seen through.
    pub opaque: Option<Opaque>,
}

/// The kinds by number; [`What::MapGrowth`] comes behind them.
const KINDS: [SiteKind; 17] = [
    SiteKind::Variable,
    SiteKind::New,
    SiteKind::MakeSlice,
    SiteKind::MakeMap,
    SiteKind::MakeChan,
    SiteKind::AddressOfLiteral,
    SiteKind::SliceLiteral,
    SiteKind::MapLiteral,
    SiteKind::Closure,
    SiteKind::InterfaceConversion,
    SiteKind::Concatenation,
    SiteKind::StringConversion,
    SiteKind::Append,
    SiteKind::MethodValue,
    SiteKind::VariadicSlice,
    SiteKind::Go,
    SiteKind::Defer,
];

const OPAQUE: [Opaque; 3] = [Opaque::Interface, Opaque::Value, Opaque::Code];

impl Effect {
    /// Whether nothing is allocated, for sure.
    pub fn is_clean(self) -> bool {
        self == Effect::default()
    }

    /// Of something whose code is not known.
    pub fn opaque(why: Opaque) -> Effect {
        Effect {
            allocates: None,
            opaque: Some(why),
        }
    }

    /// Of an allocation.
    pub fn of(what: What, always: bool) -> Effect {
        Effect {
            allocates: Some(Allocation { always, what }),
            opaque: None,
        }
    }

    /// This and then the other.
    #[must_use]
    pub fn then(self, other: Effect) -> Effect {
        let later = other
            .allocates
            .filter(|o| self.allocates.is_none_or(|own| o.always && !own.always));
        Effect {
            allocates: later.or(self.allocates),
            opaque: self.opaque.or(other.opaque),
        }
    }

    /// As a number below 256 for facts: two bits for what is opaque, one for always, the rest for what.
    pub fn encode(self) -> u64 {
        let opaque = self.opaque.map_or(0, |o| 1 + o as u64);
        let (always, what) = self.allocates.map_or((0, 0), |a| {
            let what = match a.what {
                What::Site(kind) => KINDS.iter().position(|&k| k == kind).unwrap_or(0),
                What::MapGrowth => KINDS.len(),
            };
            (u64::from(a.always), 1 + what as u64)
        });
        opaque | always << 2 | what << 3
    }

    /// What [`Effect::encode`] gave; `None` for other numbers.
    pub fn decode(number: u64) -> Option<Effect> {
        let what = usize::try_from(number >> 3).ok()?;
        let opaque = (number & 3).checked_sub(1);
        let opaque = opaque.map(|o| OPAQUE[o as usize]);
        let always = number & 4 != 0;
        let allocates = match what.checked_sub(1) {
            None => None,
            Some(i) if i == KINDS.len() => Some(What::MapGrowth),
            Some(i) => Some(What::Site(*KINDS.get(i)?)),
        };
        let allocates = allocates.map(|what| Allocation { always, what });
        Some(Effect { allocates, opaque })
    }
}

#[cfg(test)]
mod tests {
    use super::{Effect, KINDS, OPAQUE, What};

    #[test]
    fn every_effect_survives_encoding() {
        let kinds = KINDS
            .iter()
            .map(|&k| What::Site(k))
            .chain([What::MapGrowth]);
        for what in kinds {
            for always in [false, true] {
                for why in OPAQUE {
                    let effect = Effect::of(what, always).then(Effect::opaque(why));
                    assert_eq!(Effect::decode(effect.encode()), Some(effect));
                    assert!(effect.encode() < 256);
                }
            }
        }
        assert_eq!(Effect::decode(0), Some(Effect::default()));
        assert_eq!(Effect::decode(255), None);
    }
}
