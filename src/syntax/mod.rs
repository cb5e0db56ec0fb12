//! HCL text to a spanned tree of our own.
//!
//! The only room that names `hcl::`. It turns `*.tf` text, `*.tf.json` text, templates and single expressions
//! into the tree of [`ast`], with a byte span on every node, and says well where and why a text is not HCL.
//! It mends what the parser beneath gets wrong (see `docs/language.md`), so that the rest of the code feels
//! none of it. It evaluates nothing and knows no block type by name.

pub mod ast;
