//! Calls, arguments, selectors.
