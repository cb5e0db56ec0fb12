//! Addresses written as expressions: in `moved`, `removed` and `import` blocks, and provider references.
//!
//! It reads the form alone. Keys of an import's address may be any expression, so they are given back
//! unevaluated; whether the address exists is not asked here.

use std::sync::Arc;

use crate::addr::{InstanceAddr, InstanceKey, Mode, ModuleInstance, ResourceAddr, Target};
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident};

use super::{ProviderRef, codes};

/// An address whose keys are expressions.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Calls from the root, each with its key.
    pub module: Vec<(Arc<str>, Option<Expr>)>,
    /// The resource with its key; none when the address is a module's.
    pub resource: Option<(ResourceAddr, Option<Expr>)>,
}

impl Pattern {
    /// Whether any step has a key.
    pub fn has_key(&self) -> bool {
        self.module.iter().any(|(_, key)| key.is_some())
            || self.resource.as_ref().is_some_and(|(_, key)| key.is_some())
    }
}

/// One step behind the first name.
enum Step<'a> {
    Attr(&'a Ident),
    Index(&'a Expr),
}

fn steps(expr: &Expr) -> Option<(Ident, Vec<Step<'_>>)> {
    let mut steps = Vec::new();
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::Variable(name) => {
                steps.reverse();
                return Some((
                    Ident {
                        name: Arc::clone(name),
                        span: at.span,
                    },
                    steps,
                ));
            }
            ExprKind::GetAttr(inner, name) => {
                steps.push(Step::Attr(name));
                at = inner;
            }
            ExprKind::Index(inner, key) => {
                steps.push(Step::Index(key));
                at = inner;
            }
            _ => return None,
        }
    }
}

fn fault<T>(at: Span, detail: impl Into<String>) -> Result<T, Diagnostic> {
    Err(Diagnostic::error(&codes::ADDRESS, detail).at(at))
}

/// Reads an address with keys of any form.
pub fn pattern(expr: &Expr) -> Result<Pattern, Diagnostic> {
    let Some((first, steps)) = steps(expr) else {
        return fault(
            expr.span,
            "An address is needed here: names joined by dots, such as module.a.giantswarm_org.team, each with a \
             key in brackets where it has one.",
        );
    };
    let mut steps = steps.into_iter().peekable();
    let mut module = Vec::new();
    let mut word = first;
    loop {
        match &*word.name {
            "module" => {
                let name = attr(
                    steps.next(),
                    word.span,
                    "The name of a module call must follow \"module\".",
                )?;
                module.push((Arc::clone(&name.name), key(&mut steps)));
                match steps.next() {
                    None => {
                        return Ok(Pattern {
                            module,
                            resource: None,
                        });
                    }
                    next => word = attr(next, name.span, "A name must follow here.")?.clone(),
                }
            }
            "data" => {
                let what = "A data source's type and name must follow \"data\".";
                let type_name = attr(steps.next(), word.span, what)?;
                return resource(module, Mode::Data, type_name, steps, expr.span);
            }
            "resource" if module.is_empty() => {
                let what = "A resource type and a name must follow \"resource\".";
                let type_name = attr(steps.next(), word.span, what)?;
                return resource(module, Mode::Managed, type_name, steps, expr.span);
            }
            "var" | "local" | "each" | "count" | "self" | "path" | "terraform" => {
                return fault(
                    word.span,
                    format!(
                        "\"{}\" begins a reference to something that has no address of its own. An address names a \
                         resource or a module.",
                        word.name
                    ),
                );
            }
            _ => return resource(module, Mode::Managed, &word, steps, expr.span),
        }
    }
}

fn attr<'a>(step: Option<Step<'a>>, at: Span, missing: &str) -> Result<&'a Ident, Diagnostic> {
    match step {
        Some(Step::Attr(name)) => Ok(name),
        Some(Step::Index(key)) => fault(key.span, missing),
        None => fault(at, missing),
    }
}

fn key<'a>(steps: &mut std::iter::Peekable<impl Iterator<Item = Step<'a>>>) -> Option<Expr> {
    match steps.peek() {
        Some(Step::Index(key)) => {
            let key = (*key).clone();
            steps.next();
            Some(key)
        }
        _ => None,
    }
}

fn resource<'a>(
    module: Vec<(Arc<str>, Option<Expr>)>,
    mode: Mode,
    type_name: &Ident,
    mut steps: std::iter::Peekable<impl Iterator<Item = Step<'a>>>,
    whole: Span,
) -> Result<Pattern, Diagnostic> {
    let name = attr(
        steps.next(),
        whole,
        "The name of a resource must follow its type.",
    )?;
    let key = key(&mut steps);
    match steps.next() {
        None => {
            let addr = ResourceAddr {
                mode,
                type_name: Arc::clone(&type_name.name),
                name: Arc::clone(&name.name),
            };
            Ok(Pattern {
                module,
                resource: Some((addr, key)),
            })
        }
        Some(Step::Attr(Ident { span, .. })) => {
            fault(*span, "Nothing may follow the resource in an address.")
        }
        Some(Step::Index(key)) => fault(key.span, "Nothing may follow the resource in an address."),
    }
}

/// Reads an address whose keys are written out.
pub fn target(expr: &Expr) -> Result<Target, Diagnostic> {
    let pattern = pattern(expr)?;
    let mut module = ModuleInstance::root();
    for (name, key) in &pattern.module {
        module.0.push((Arc::clone(name), instance_key(key.as_ref())?));
    }
    match pattern.resource {
        None => Ok(Target::Module(module)),
        Some((resource, key)) => Ok(Target::Resource(InstanceAddr {
            module,
            resource,
            key: instance_key(key.as_ref())?,
        })),
    }
}

fn instance_key(key: Option<&Expr>) -> Result<InstanceKey, Diagnostic> {
    let Some(key) = key else {
        return Ok(InstanceKey::None);
    };
    match &key.kind {
        ExprKind::String(text) => Ok(InstanceKey::Str(Arc::clone(text))),
        ExprKind::Number(number) if number.text.parse::<u64>().is_ok() => {
            Ok(InstanceKey::Int(number.text.parse().unwrap_or_default()))
        }
        _ => fault(
            key.span,
            "An instance key is written out here: a whole number or a string in double quotes.",
        ),
    }
}

/// Reads `NAME` or `NAME.ALIAS`.
pub fn provider_ref(expr: &Expr) -> Result<ProviderRef, Diagnostic> {
    let wrong = || {
        Diagnostic::error(
            &codes::REFERENCE_FORM,
            "A provider reference is the local name of a provider, and behind a dot the alias of its \
             configuration where it has one: giantswarm, giantswarm.backup.",
        )
        .summary("Invalid provider configuration reference")
        .at(expr.span)
    };
    let (first, steps) = steps(expr).ok_or_else(wrong)?;
    let alias = match steps.as_slice() {
        [] => None,
        [Step::Attr(alias)] => Some(Arc::clone(&alias.name)),
        _ => return Err(wrong()),
    };
    Ok(ProviderRef {
        name: first.name,
        alias,
    })
}
