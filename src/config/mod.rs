//! A configuration as declared: modules, variables, resources, outputs, with their expressions unevaluated.
//!
//! `load` turns the spanned trees of all files of a directory into a [`Module`], and all modules reached by
//! calls into a [`Config`]. It checks what can be checked without evaluating: block types, arguments, labels,
//! duplicates, references' form, literal-only arguments. It reads no file (the caller supplies texts through
//! [`load::Reader`]) and knows no provider.

// model.rs, codes.rs and load.rs join when `lang` has landed.
