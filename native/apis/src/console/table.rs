//! `table`: Console Standard, 1.1.6, drawn as Node does.

use quickbeam_engine::{Call, Cx, JsResult, Kind, ObjectKind, Property, Value};

use super::{log, print};
use crate::arguments::type_error;
use crate::host::Level;
use crate::inspect::Inspector;

const ROWS_MAX: usize = 1000;
const COLUMNS_MAX: usize = 100;
const VALUES: &str = "Values";

/// Columns by their heads; a row's cells by the same order.
struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub(super) fn table<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, data) = (call.cx(), call.argument(0));
    if !data.is_object() {
        return log(cx, Level::Info, &call.rest(0)[..call.len().min(1)]);
    }
    let only = match call.argument(1) {
        properties if properties.is_undefined() => None,
        properties if properties.object_kind() == ObjectKind::Array => {
            let count = properties.length()?.min(COLUMNS_MAX as u64) as u32;
            let names = (0..count).map(|at| properties.get_index(at)?.to_text());
            Some(names.collect::<JsResult<Vec<_>>>()?)
        }
        _ => return Err(type_error(cx, "console.table: properties is not an array")),
    };
    let table = match data.object_kind() {
        kind @ (ObjectKind::Map | ObjectKind::Set) => of_collection(cx, &data, kind)?,
        _ => of_object(cx, &data, only)?,
    };
    print(cx, Level::Info, table.draw())
}

fn of_collection<'a>(cx: Cx<'a>, data: &Value<'a>, kind: ObjectKind) -> JsResult<Table> {
    let (items, _) = data.collection_head(ROWS_MAX as u32)?;
    let mut table = Table {
        heads: vec!["(iteration index)".into()],
        rows: Vec::new(),
    };
    let step = if kind == ObjectKind::Map {
        table.heads.push("Key".into());
        2
    } else {
        1
    };
    table.heads.push(VALUES.into());
    for index in 0..items.length()? as u32 / step {
        cx.poll()?;
        let mut row = vec![index.to_string()];
        for part in 0..step {
            row.push(cell(cx, &items.get_index(index * step + part)?)?);
        }
        table.rows.push(row);
    }
    Ok(table)
}

fn of_object<'a>(cx: Cx<'a>, data: &Value<'a>, only: Option<Vec<String>>) -> JsResult<Table> {
    let mut heads = vec!["(index)".to_owned()];
    let fixed = only.is_some();
    heads.extend(only.unwrap_or_default());
    let mut rows = Vec::new();
    let mut values = Vec::new();
    let keys = data.own_keys(true)?;
    for at in 0..keys.len().min(ROWS_MAX) {
        cx.poll()?;
        let key = keys.get(at);
        let mut row = vec![key.with_text(|text| text.into_owned())?];
        let mut value = String::new();
        match data.own_property(&key)? {
            Some(Property::Data { value: item, .. }) if is_row(&item) => {
                let columns = item.own_keys(true)?;
                for at in 0..columns.len() {
                    let key = columns.get(at);
                    let name = key.with_text(|text| text.into_owned())?;
                    let column = match heads.iter().skip(1).position(|head| *head == name) {
                        Some(column) => column + 1,
                        None if fixed || heads.len() > COLUMNS_MAX => continue,
                        None => {
                            heads.push(name);
                            heads.len() - 1
                        }
                    };
                    if row.len() <= column {
                        row.resize(column + 1, String::new());
                    }
                    row[column] = property(cx, item.own_property(&key)?)?;
                }
            }
            found => value = property(cx, found)?,
        }
        rows.push(row);
        values.push(value);
    }
    let with_values = values.iter().any(|value| !value.is_empty());
    for (row, value) in rows.iter_mut().zip(values) {
        row.resize(heads.len(), String::new());
        if with_values {
            row.push(value);
        }
    }
    if with_values {
        heads.push(VALUES.into());
    }
    Ok(Table { heads, rows })
}

/// Whether an item has columns of its own.
fn is_row(item: &Value<'_>) -> bool {
    item.kind() == Kind::Object && !item.is_function()
}

fn property<'a>(cx: Cx<'a>, property: Option<Property<'a>>) -> JsResult<String> {
    match property {
        Some(Property::Data { value, .. }) => cell(cx, &value),
        // No getter is run for a log.
        Some(Property::Accessor { .. }) => Ok("[Getter]".into()),
        None => Ok(String::new()),
    }
}

/// A value on one line.
fn cell<'a>(cx: Cx<'a>, value: &Value<'a>) -> JsResult<String> {
    let text = Inspector::new(cx, 0).inspect(value)?;
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    Ok(lines.join(" "))
}

impl Table {
    fn draw(&self) -> String {
        let width = |text: &String| text.chars().count();
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|column| {
                let cells = self.rows.iter().map(|row| width(&row[column]));
                cells.fold(width(&self.heads[column]), usize::max) + 2
            })
            .collect();
        let rule = |left: &str, cross: &str, right: &str| {
            let lines: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            format!("{left}{}{right}", lines.join(cross))
        };
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().zip(&widths).map(padded).collect();
            format!("│{}│", cells.join("│"))
        };
        let mut lines = vec![rule("┌", "┬", "┐"), line(&self.heads), rule("├", "┼", "┤")];
        lines.extend(self.rows.iter().map(|row| line(row)));
        lines.push(rule("└", "┴", "┘"));
        lines.join("\n")
    }
}

fn padded((text, width): (&String, &usize)) -> String {
    format!(" {text:<width$}", width = width - 1)
}
