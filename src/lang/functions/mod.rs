//! The functions of the language: how they are declared, found and called.
//!
//! A function is declared by its parameters, its result type and a plain Rust function. The machinery here
//! converts arguments and deals with null, unknown and marked ones by what the parameters say, so that the
//! Rust function sees only what it can answer for. Functions are pure: files, time and randomness come through
//! the [`Scope`]. `try`, `can`, `templatestring` and `type` take expressions rather than values and live in
//! `call`; they are declared here for the reference page alone.

mod args;
mod collection;
mod convert;
mod crypto;
mod csv;
mod date;
mod encoding;
mod filesystem;
mod format;
mod list;
mod network;
mod number_text;
mod numeric;
mod regex;
mod set;
mod string;
mod table;
mod text_encoding;
mod yaml_decode;
mod yaml_encode;
mod yaml_scalar;

use crate::value::convert::convert as convert_value;
use crate::value::{Marks, Type, Value};

use super::scope::Scope;

pub(super) use args::Args;

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// One argument, by position, is at fault.
    Argument(usize, String),
    /// The arguments are right each, but there is no answer.
    Call(String),
}

/// An answer of the machinery.
pub type Answer<T> = Result<T, Fault>;

/// What a function gets besides its arguments.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub scope: &'a dyn Scope,
    pub in_template: bool,
}

/// The type that a parameter wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Anything, as it is.
    Any,
    /// A bool.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// A list of any one type.
    List,
    /// A list of bools.
    ListOfBool,
    /// A list of strings.
    ListOfString,
    /// A set of any one type.
    Set,
    /// A map of any one type.
    Map,
    /// A map of lists of strings.
    MapOfListOfString,
}

impl Want {
    /// The type, as a constraint.
    pub fn ty(self) -> Type {
        match self {
            Want::Any => Type::Dynamic,
            Want::Bool => Type::Bool,
            Want::Number => Type::Number,
            Want::String => Type::String,
            Want::List => Type::list(Type::Dynamic),
            Want::ListOfBool => Type::list(Type::Bool),
            Want::ListOfString => Type::list(Type::String),
            Want::Set => Type::set(Type::Dynamic),
            Want::Map => Type::map(Type::Dynamic),
            Want::MapOfListOfString => Type::map(Type::list(Type::String)),
        }
    }
}

/// A parameter of a function.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name, for messages and the reference page.
    pub name: &'static str,
    /// Its type.
    pub want: Want,
    /// Whether it may be null.
    pub nullable: bool,
    takes_unknown: bool,
    takes_marked: bool,
    takes_dynamic: bool,
}

impl Param {
    const fn new(name: &'static str, want: Want) -> Param {
        Param {
            name,
            want,
            nullable: false,
            takes_unknown: false,
            takes_marked: false,
            takes_dynamic: false,
        }
    }

    /// May be null.
    const fn null(self) -> Param {
        Param {
            nullable: true,
            ..self
        }
    }

    /// The Rust function sees it while it is unknown.
    const fn unknown(self) -> Param {
        Param {
            takes_unknown: true,
            ..self
        }
    }

    /// The Rust function sees its marks and answers for them.
    const fn marked(self) -> Param {
        Param {
            takes_marked: true,
            ..self
        }
    }

    /// The Rust function sees it while not even its type is known.
    const fn dynamic(self) -> Param {
        Param {
            takes_dynamic: true,
            ..self
        }
    }
}

/// How the result type comes about.
#[derive(Clone, Copy)]
pub(super) enum Returns {
    /// Always this.
    Always(Want),
    /// From the arguments.
    From(fn(&Args<'_>) -> Answer<Type>),
}

type Body = fn(&Args<'_>, &Type) -> Answer<Value>;

/// A function of the language.
#[derive(Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// The parameter of all further arguments.
    pub variadic: Option<Param>,
    /// What it does, in a line.
    pub summary: &'static str,
    returns: Returns,
    body: Body,
    nullable_result: bool,
}

impl Function {
    /// The parameter of an argument by position.
    pub fn param(&self, at: usize) -> Option<&Param> {
        self.params.get(at).or(self.variadic.as_ref())
    }

    /// `name(a, b, c...)` with types, as the reference page shows it.
    pub fn signature(&self) -> String {
        let mut parts: Vec<String> = self
            .params
            .iter()
            .map(|param| format!("{}: {}", param.name, param.want.ty()))
            .collect();
        if let Some(param) = &self.variadic {
            parts.push(format!("{}: {}...", param.name, param.want.ty()));
        }
        format!("{}({}) -> {}", self.name, parts.join(", "), self.result())
    }

    /// The type of its results, as far as it is the same for all arguments.
    pub fn result(&self) -> Type {
        match self.returns {
            Returns::Always(want) => want.ty(),
            Returns::From(_) => Type::Dynamic,
        }
    }
}

/// All functions, by name.
pub fn all() -> impl Iterator<Item = &'static Function> {
    table::TABLE.iter()
}

/// The function of a name, without any namespace.
pub fn find(name: &str) -> Option<&'static Function> {
    let at = table::TABLE
        .binary_search_by(|function| function.name.cmp(name))
        .ok()?;
    table::TABLE.get(at)
}

/// Calls a function with arguments of which the count is right.
pub(super) fn call(function: &Function, values: Vec<Value>, surroundings: Surroundings<'_>) -> Answer<Value> {
    let mut marks = Marks::NONE;
    let mut known = true;
    let mut typed = true;
    let mut arguments = Vec::with_capacity(values.len());
    for (at, value) in values.into_iter().enumerate() {
        let Some(param) = function.param(at) else {
            return Err(Fault::Argument(at, "there is no such parameter".to_owned()));
        };
        let mut value = argument(param, value).map_err(|reason| Fault::Argument(at, reason))?;
        if !param.takes_marked {
            let (bare, own) = value.unmark_deep();
            value = bare;
            marks |= own;
        }
        if value.is_null() && !param.nullable {
            return Err(Fault::Argument(at, "argument must not be null".to_owned()));
        }
        if !value.is_known() && !param.takes_unknown {
            known = false;
            if value.ty() == Type::Dynamic && param.want == Want::Any && !param.takes_dynamic {
                typed = false;
            }
        }
        arguments.push(value);
    }
    if !typed {
        let all = arguments
            .iter()
            .fold(marks, |all, value| all | value.deep_marks());
        return Ok(Value::unknown(Type::Dynamic).mark(all));
    }
    let args = Args {
        function,
        values: &arguments,
        surroundings,
    };
    // A reason may quote an argument, which is seen here without its marks.
    let guard = |fault: Fault| if marks.is_empty() { fault } else { hidden(&fault) };
    let ty = match function.returns {
        Returns::Always(want) => want.ty(),
        Returns::From(find) => find(&args).map_err(guard)?,
    };
    if !known {
        let all = arguments
            .iter()
            .fold(marks, |all, value| all | value.deep_marks());
        let result = Value::unknown(ty);
        let result = if function.nullable_result || result.ty() == Type::Dynamic {
            result
        } else {
            result.refine_not_null()
        };
        return Ok(result.mark(all));
    }
    let value = (function.body)(&args, &ty).map_err(guard)?;
    Ok(value.mark(marks))
}

/// The fault without its reason.
fn hidden(fault: &Fault) -> Fault {
    match fault {
        Fault::Argument(at, _) => Fault::Argument(
            *at,
            "the reason is not shown, because an argument is sensitive".to_owned(),
        ),
        Fault::Call(_) => Fault::Call("the reason is not shown, because an argument is sensitive".to_owned()),
    }
}

fn argument(param: &Param, value: Value) -> Result<Value, String> {
    use crate::value::Kind;
    match (param.want, value.kind()) {
        (Want::Any, _)
        | (Want::String, Kind::String(_))
        | (Want::Number, Kind::Number(_))
        | (Want::Bool, Kind::Bool(_)) => Ok(value),
        (want, _) => convert_value(&value, &want.ty()).map_err(|fault| fault.to_string()),
    }
}
