//! Questions about types: identity, assignability, comparability.
