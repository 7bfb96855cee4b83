//! An exception as plain data.

use crate::cx::Cx;
use crate::value::{Kind, Value};

/// One line of a stack trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub function: Option<String>,
    pub filename: Option<String>,
    pub line: Option<u32>,
    pub column: Option<u32>,
}

/// What is known of a thrown value.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub name: String,
    pub message: String,
    /// Without the head, `Name: message`, that a script sees.
    pub stack: Option<String>,
    pub frames: Vec<Frame>,
}

impl Report {
    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        let frames = self.frames.iter();
        let named: usize = frames
            .flat_map(|frame| [&frame.function, &frame.filename])
            .map(|text| text.as_ref().map_or(0, String::len))
            .sum();
        let stack = self.stack.as_ref().map_or(0, String::len);
        self.name.len() + self.message.len() + 2 * stack + named + 128 * self.frames.len()
    }

    /// Of an error that no script threw.
    pub fn new(name: &str, message: impl Into<String>) -> Report {
        Report {
            name: name.to_owned(),
            message: message.into(),
            ..Report::default()
        }
    }

    /// Read a thrown value. Getters of it may run JS, and what they throw is
    /// swallowed: the first error is the one to be told.
    pub fn of(cx: Cx<'_>, thrown: &Value<'_>) -> Report {
        if !thrown.is_error() && !is_error_like(cx, thrown) {
            return Report {
                name: "Error".into(),
                message: describe(cx, thrown),
                ..Report::default()
            };
        }
        let stack = text_property(cx, thrown, "stack");
        let name = text_property(cx, thrown, "name").unwrap_or_else(|| "Error".into());
        let message = text_property(cx, thrown, "message").unwrap_or_default();
        let stack = stack.map(|stack| match under_head(&stack, &name, &message) {
            Some(frames) => frames.to_owned(),
            None => stack,
        });
        let frames = stack.as_deref().map(parse_stack).unwrap_or_default();
        Report {
            name,
            message,
            stack,
            frames,
        }
    }
}

/// What `stack` has under the head that Error.prototype.toString makes of a name and a
/// message, if it begins with that.
fn under_head<'a>(stack: &'a str, name: &str, message: &str) -> Option<&'a str> {
    let rest = match (name, message) {
        (head, "") | ("", head) => stack.strip_prefix(head),
        _ => stack
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix(": ")?.strip_prefix(message)),
    }?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('\n')
    }
}

/// DOMException and the like: an object with a stack, a name and a message.
fn is_error_like(cx: Cx<'_>, thrown: &Value<'_>) -> bool {
    thrown.is_object()
        && ["name", "message", "stack"]
            .iter()
            .all(|name| text_property(cx, thrown, name).is_some())
}

fn text_property(cx: Cx<'_>, object: &Value<'_>, name: &str) -> Option<String> {
    let found = object.get(name).and_then(|value| match value.kind() {
        Kind::String => value.to_text().map(Some),
        _ => Ok(None),
    });
    found.unwrap_or_else(|thrown| {
        drop(cx.catch(thrown));
        None
    })
}

/// `String(value)`, or the kind of what refuses to be a string.
fn describe(cx: Cx<'_>, value: &Value<'_>) -> String {
    value.to_text().unwrap_or_else(|thrown| {
        drop(cx.catch(thrown));
        format!("{:?}", value.kind())
    })
}

/// The engine's lines are `    at function (file:line:column)` or
/// `    at file:line:column`; natives have `(native)`.
fn parse_stack(stack: &str) -> Vec<Frame> {
    stack
        .lines()
        .filter_map(|line| parse_frame(line.trim().strip_prefix("at ")?))
        .collect()
}

fn parse_frame(line: &str) -> Option<Frame> {
    let (function, place) = match line
        .strip_suffix(')')
        .and_then(|line| line.rsplit_once(" ("))
    {
        Some((function, place)) => (Some(function), place),
        None => (None, line),
    };
    let function = function
        .filter(|name| *name != "<anonymous>")
        .map(str::to_owned);
    if place == "native" {
        return Some(Frame {
            function,
            filename: None,
            line: None,
            column: None,
        });
    }
    let (rest, column) = split_number(place);
    let (filename, line) = match column {
        Some(_) => split_number(rest),
        None => (rest, None),
    };
    let (filename, line, column) = match (line, column) {
        (None, Some(line)) => (rest, Some(line), None),
        found => (filename, found.0, found.1),
    };
    Some(Frame {
        function,
        filename: Some(filename.to_owned()),
        line,
        column,
    })
}

fn split_number(text: &str) -> (&str, Option<u32>) {
    match text
        .rsplit_once(':')
        .map(|(rest, number)| (rest, number.parse()))
    {
        Some((rest, Ok(number))) => (rest, Some(number)),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_told_from_frames() {
        let under = |name, message| under_head("A: b\n    at c", name, message);
        assert_eq!(under("A", "b"), Some("    at c"));
        assert_eq!(under("A: b", ""), Some("    at c"));
        assert_eq!(under("", "A: b"), Some("    at c"));
        assert_eq!(under("A", ""), None);
        assert_eq!(under("", ""), None);
        assert_eq!(under_head("A", "A", ""), Some(""));
        assert_eq!(under_head("    at c", "", ""), None);
    }

    #[test]
    fn frames_of_every_form() {
        let stack = "    at f (file.js:3:7)\n    at <anonymous> (<eval>:1)\n    at map (native)\n    at a b:c.js:10:2\n";
        let frames = parse_stack(stack);
        let frame = |function: Option<&str>, filename: Option<&str>, line, column| Frame {
            function: function.map(str::to_owned),
            filename: filename.map(str::to_owned),
            line,
            column,
        };
        assert_eq!(
            frames,
            [
                frame(Some("f"), Some("file.js"), Some(3), Some(7)),
                frame(None, Some("<eval>"), Some(1), None),
                frame(Some("map"), None, None, None),
                frame(None, Some("a b:c.js"), Some(10), Some(2)),
            ]
        );
    }
}
