//! `csvdecode`: a table as a list of objects, by its header line.

use std::collections::BTreeSet;

use crate::lang::fault::quote;
use crate::value::{Members, Type, Value};

use super::Answer;
use super::args::{Args, failed};

pub(super) fn csvdecode_type(args: &Args<'_>) -> Answer<Type> {
    if !args.get(0)?.is_known() {
        return Ok(Type::Dynamic);
    }
    Ok(decode(args.text(0))?.ty())
}

pub(super) fn csvdecode(args: &Args<'_>, _: &Type) -> Answer<Value> {
    decode(args.text(0))
}

fn decode(text: &str) -> Answer<Value> {
    let mut rows = Reader { rest: text, line: 1 };
    let Some(header) = rows.next_row()? else {
        return failed("there is no header line");
    };
    let mut seen = BTreeSet::new();
    for name in &header.cells {
        if !seen.insert(name) {
            return failed(format!("there are two columns of the name {}", quote(name)));
        }
    }
    let ty = Type::object(header.cells.iter().map(|name| (name.as_str(), Type::String)));
    let mut objects = Vec::new();
    while let Some(row) = rows.next_row()? {
        if row.cells.len() != header.cells.len() {
            return failed(format!(
                "line {} has {} values, but the header line has {}",
                row.line,
                row.cells.len(),
                header.cells.len()
            ));
        }
        let members: Members = header
            .cells
            .iter()
            .zip(&row.cells)
            .map(|(name, cell)| (name.as_str().into(), Value::string(cell)))
            .collect();
        objects.push(Value::object(members));
    }
    Ok(Value::list(ty, objects))
}

struct Row {
    line: usize,
    cells: Vec<String>,
}

/// Rows as RFC 4180 writes them. Empty lines are no rows.
struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    fn next_row(&mut self) -> Answer<Option<Row>> {
        loop {
            let blank = ["\r\n", "\n"].iter().find_map(|end| self.rest.strip_prefix(end));
            match blank {
                Some(rest) => {
                    self.rest = rest;
                    self.line += 1;
                }
                None => break,
            }
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut row = Row {
            line: self.line,
            cells: Vec::new(),
        };
        loop {
            let (cell, more) = match self.rest.strip_prefix('"') {
                Some(rest) => self.quoted(rest)?,
                None => self.bare()?,
            };
            row.cells.push(cell);
            if !more {
                return Ok(Some(row));
            }
        }
    }

    fn bare(&mut self) -> Answer<(String, bool)> {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        if cell.contains('"') {
            return failed(format!(
                "line {} has a quote inside a value that is not quoted",
                self.line
            ));
        }
        let more = rest.starts_with(',');
        self.line += usize::from(rest.starts_with('\n'));
        self.rest = rest.get(1..).unwrap_or_default();
        let cell = if more {
            cell
        } else {
            cell.strip_suffix('\r').unwrap_or(cell)
        };
        Ok((cell.to_owned(), more))
    }

    fn quoted(&mut self, mut rest: &str) -> Answer<(String, bool)> {
        let mut cell = String::new();
        loop {
            let Some((part, behind)) = rest.split_once('"') else {
                return failed(format!(
                    "a quoted value that begins in line {} has no end",
                    self.line
                ));
            };
            self.line += part.matches('\n').count();
            cell.push_str(&part.replace("\r\n", "\n"));
            if let Some(more) = behind.strip_prefix('"') {
                cell.push('"');
                rest = more;
                continue;
            }
            let end = ["\r\n", "\n"].iter().find_map(|end| behind.strip_prefix(end));
            let (rest, more) = match (behind.strip_prefix(','), end) {
                (Some(rest), _) => (rest, true),
                (None, Some(rest)) => {
                    self.line += 1;
                    (rest, false)
                }
                (None, None) if behind.is_empty() => ("", false),
                _ => {
                    return failed(format!(
                        "line {} has something between the closing quote and the next comma",
                        self.line
                    ));
                }
            };
            // The borrow of the text outlives this reader's own.
            let at = self.rest.len() - rest.len();
            self.rest = self.rest.get(at..).unwrap_or_default();
            return Ok((cell, more));
        }
    }
}
