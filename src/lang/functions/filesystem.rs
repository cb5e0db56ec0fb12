//! Functions of files and paths.
//!
//! Files are read through the scope. A file is part of the configuration: it must be there when the plan is
//! made.

use std::sync::Arc;

use globset::GlobBuilder;

use crate::lang::eval::Cx;
use crate::lang::fault::quote;
use crate::lang::scope::{FileKind, Files};
use crate::lang::template;
use crate::value::{Type, Value};

use super::args::{Args, failed};
use super::{Answer, Fault, crypto, encoding};

fn files<'a>(args: &Args<'a>) -> &'a dyn Files {
    args.surroundings.scope.files()
}

/// The path in its shortest form, with `~` as the home directory.
fn path(args: &Args<'_>) -> Answer<String> {
    Ok(clean(&expand(args, args.text(0))?))
}

fn expand(args: &Args<'_>, path: &str) -> Answer<String> {
    let Some(rest) = path.strip_prefix('~') else {
        return Ok(path.to_owned());
    };
    if !rest.is_empty() && !rest.starts_with('/') {
        return failed("only the own home directory (~) can be expanded, not that of another user");
    }
    match files(args).home() {
        Some(home) => Ok(format!("{home}{rest}")),
        None => failed("the home directory is not known"),
    }
}

/// Without `.`, `..` and double slashes where they can be resolved in the text alone.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&"..") => parts.push(".."),
                Some(_) => {
                    parts.pop();
                }
                None if rooted => {}
                None => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

fn read(args: &Args<'_>) -> Answer<Arc<[u8]>> {
    let given = args.text(0);
    let path = path(args)?;
    match files(args).kind(&path) {
        Ok(Some(FileKind::File)) => {}
        Ok(None) => {
            return args.fault(
                0,
                format!(
                    "there is no file at {}; a file that the configuration reads must be there before \
                     planning, so it cannot be one that a resource makes",
                    quote(given)
                ),
            );
        }
        Ok(Some(FileKind::Directory)) => {
            return args.fault(0, format!("{} is a directory, not a file", quote(&path)));
        }
        Ok(Some(FileKind::Other)) => {
            return args.fault(0, format!("{} is not a regular file", quote(&path)));
        }
        Err(reason) => return args.fault(0, format!("{} cannot be read: {reason}", quote(&path))),
    }
    match files(args).read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(reason) => args.fault(0, format!("{} cannot be read: {reason}", quote(&path))),
    }
}

fn read_text(args: &Args<'_>) -> Answer<String> {
    match String::from_utf8(read(args)?.to_vec()) {
        Ok(text) => Ok(text),
        Err(_) => failed(format!(
            "the content of {} is not valid UTF-8; read it with filebase64, or with one of the functions \
             that hash a file",
            quote(args.text(0))
        )),
    }
}

pub(super) fn file(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(Value::string(read_text(args)?))
}

pub(super) fn filebase64(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(encoding::to_base64(&read(args)?))
}

pub(super) fn file_hash(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let name = args.function.name;
    Ok(crypto::shown(name, &crypto::digest(name, &read(args)?)))
}

pub(super) fn fileexists(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let path = path(args)?;
    match files(args).kind(&path) {
        Ok(None) => Ok(Value::bool(false)),
        Ok(Some(FileKind::File)) => Ok(Value::bool(true)),
        Ok(Some(FileKind::Directory)) => failed(format!("{} is a directory, not a file", quote(&path))),
        Ok(Some(FileKind::Other)) => failed(format!("{} is not a regular file", quote(&path))),
        Err(reason) => failed(format!("{} cannot be looked at: {reason}", quote(&path))),
    }
}

pub(super) fn fileset(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let directory = path(args)?;
    let pattern = args.text(1);
    let globs = GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(true)
        .empty_alternates(true)
        .build();
    let matcher = match globs {
        Ok(glob) => glob.compile_matcher(),
        Err(_) => return failed(format!("{} is not a valid pattern", quote(pattern))),
    };
    // A file has nothing below it.
    if let Ok(Some(FileKind::File)) = files(args).kind(&directory) {
        return Ok(Value::set(Type::String, Vec::new()));
    }
    match files(args).walk(&directory) {
        Ok(paths) => {
            let found = paths.iter().filter(|path| matcher.is_match(path));
            Ok(Value::set(Type::String, found.map(Value::string).collect()))
        }
        Err(reason) => failed(format!("{} cannot be listed: {reason}", quote(&directory))),
    }
}

pub(super) fn templatefile(args: &Args<'_>, _: &Type) -> Answer<Value> {
    if args.surroundings.in_template {
        return failed("a template file cannot render another one");
    }
    let text = read_text(args)?;
    let cx = Cx {
        quiet: true,
        ..Cx::new(args.surroundings.scope)
    };
    template::render_text(&text, args.text(0), args.get(1)?, cx).map_err(|fault| match fault {
        Fault::Argument(_, reason) => Fault::Argument(1, reason),
        other => other,
    })
}

pub(super) fn abspath(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let path = args.text(0);
    let absolute = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", files(args).working_directory())
    };
    Ok(Value::string(clean(&absolute)))
}

pub(super) fn basename(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let path = args.text(0);
    let trimmed = path.trim_end_matches('/');
    Ok(Value::string(match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }))
}

pub(super) fn dirname(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let path = args.text(0);
    let directory = path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or_default();
    Ok(Value::string(clean(directory)))
}

pub(super) fn pathexpand(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(Value::string(expand(args, args.text(0))?))
}
