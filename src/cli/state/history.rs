//! `state history`: the states that earlier runs left and that can be restored.

use crate::diag::Diagnostic;
use crate::engine::plan::store_fault;
use crate::render::escape;
use crate::render::json::Json;
use crate::state::State;
use crate::store::Kept;

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, codes};
use super::options::StateHistory;

/// Runs it.
pub async fn run(ui: &mut Ui, options: &StateHistory) -> Answer {
    let place = Place::new(options.state.as_deref())?;
    let kept = place
        .store()
        .history()
        .await
        .map_err(|error| store_fault(&error))?;
    if options.json {
        let list = Json::Array(kept.iter().map(json).collect());
        let document = Json::object([("format_version", Json::text("1.0")), ("history", list)]);
        ui.print(&(document.compact() + "\n"));
    } else if kept.is_empty() {
        ui.print("No earlier state is kept here.\n");
    } else {
        ui.print(&table(&kept));
    }
    Ok(0)
}

fn json(kept: &Kept) -> Json {
    let mut json = Json::object([
        ("serial", Json::int(kept.serial)),
        ("commit", Json::int(kept.commit)),
    ]);
    match &kept.content {
        Ok((run, state)) => {
            json.insert("lineage", Json::text(&state.lineage));
            json.insert("operation", Json::text(&run.operation));
            json.insert("who", Json::text(&run.who));
            json.insert("ended", Json::text(&run.ended));
            json.insert("instances", Json::count(state.instances.len()));
            json.insert("outputs", Json::count(state.outputs.len()));
        }
        Err(damage) => json.insert("damage", Json::text(&damage.reason)),
    }
    json
}

fn table(kept: &[Kept]) -> String {
    let title = ["Serial", "Ended", "By", "Operation", "Instances", "Outputs"].map(str::to_owned);
    let row = |one: &Kept| match &one.content {
        Ok((run, state)) => [
            label(one, kept),
            run.ended.clone(),
            run.who.clone(),
            run.operation.clone(),
            state.instances.len().to_string(),
            state.outputs.len().to_string(),
        ],
        Err(damage) => {
            let reason = format!("damaged: {}", damage.reason);
            [
                label(one, kept),
                reason,
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ]
        }
    };
    let rows: Vec<[String; 6]> = std::iter::once(title)
        .chain(kept.iter().rev().map(row))
        .map(|row| row.map(|cell| escape::line(&cell).into_owned()))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// How one is named: by its serial, and by its commit too where another one has the same serial.
fn label(one: &Kept, all: &[Kept]) -> String {
    let same = all.iter().filter(|other| other.serial == one.serial).count();
    if same > 1 {
        format!("{}@{}", one.serial, one.commit)
    } else {
        one.serial.to_string()
    }
}

/// The state that is named `SERIAL` or `SERIAL@COMMIT`. Of several with one serial the newest is meant.
pub async fn find(place: &Place, name: &str) -> Result<State, Diagnostic> {
    let fault = |detail: String| Diagnostic::error(&codes::HISTORY, detail);
    let (serial, commit) = match name.split_once('@') {
        Some((serial, commit)) => (serial.parse::<u64>(), commit.parse::<u64>().map(Some)),
        None => (name.parse(), Ok(None)),
    };
    let (Ok(serial), Ok(commit)) = (serial, commit) else {
        return Err(fault(format!(
            "\"{}\" is not the serial of a state. `swarmform state history` lists those that are kept.",
            escape::line(name)
        )));
    };
    let kept = place
        .store()
        .history()
        .await
        .map_err(|error| store_fault(&error))?;
    let known: Vec<String> = kept.iter().map(|one| label(one, &kept)).collect();
    let wanted = kept
        .into_iter()
        .rev()
        .find(|one| one.serial == serial && commit.is_none_or(|commit| one.commit == commit));
    match wanted.map(|one| one.content) {
        Some(Ok((_, state))) => Ok(state),
        Some(Err(damage)) => Err(fault(format!(
            "The state with serial {name} was kept, and it is damaged: {}. Restore another one.",
            damage.reason
        ))),
        None => {
            let known = if known.is_empty() {
                "No state is kept here.".to_owned()
            } else {
                format!("Those with these serials are: {}.", known.join(", "))
            };
            Err(fault(format!("No state with serial {name} is kept. {known}")))
        }
    }
}
