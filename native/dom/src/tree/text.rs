//! Text: offsets in UTF-16 units over UTF-8, character data, text content.

use super::{DomError, Effect, NodeData, NodeId, Tree};

/// Length in UTF-16 units.
pub(crate) fn utf16_length(text: &str) -> u32 {
    if text.is_ascii() {
        return text.len() as u32;
    }
    text.encode_utf16().count() as u32
}

/// The byte offset of a UTF-16 one; within a pair, that of the pair's end.
fn byte_offset(text: &str, offset: u32) -> usize {
    if text.is_ascii() {
        return (offset as usize).min(text.len());
    }
    let mut units = 0;
    for (at, char) in text.char_indices() {
        if units >= offset {
            return at;
        }
        units += char.len_utf16() as u32;
    }
    text.len()
}

/// Units `offset` to `offset + count`. A pair that is cut counts as U+FFFD on
/// either side.
pub(crate) fn utf16_slice(text: &str, offset: u32, count: u32) -> String {
    if text.is_ascii() {
        let start = (offset as usize).min(text.len());
        let end = start.saturating_add(count as usize).min(text.len());
        return text[start..end].to_owned();
    }
    let units: Vec<u16> = text
        .encode_utf16()
        .skip(offset as usize)
        .take(count as usize)
        .collect();
    String::from_utf16_lossy(&units)
}

impl Tree {
    /// The data of a CharacterData node.
    pub fn character_data(&self, id: NodeId) -> Option<&str> {
        match self.data(id) {
            NodeData::Text(text) | NodeData::CData(text) | NodeData::Comment(text) => Some(text),
            NodeData::Instruction(instruction) => Some(&instruction.data),
            _ => None,
        }
    }

    fn put_character_data(&mut self, id: NodeId, text: Box<str>) -> Box<str> {
        self.counted(id, |data| match data {
            NodeData::Text(own) | NodeData::CData(own) | NodeData::Comment(own) => {
                std::mem::replace(own, text)
            }
            NodeData::Instruction(instruction) => std::mem::replace(&mut instruction.data, text),
            _ => panic!("{id:?} is no character data"),
        })
    }

    /// A node's length: units of character data, children of others.
    pub fn length(&self, id: NodeId) -> u32 {
        match self.data(id) {
            NodeData::Doctype(_) | NodeData::Attr(_) => 0,
            _ => match self.character_data(id) {
                Some(text) => utf16_length(text),
                None => self.child_count(id),
            },
        }
    }

    /// "Substring data".
    pub fn substring_data(&self, id: NodeId, offset: u32, count: u32) -> Result<String, DomError> {
        let text = self.character_data(id).unwrap_or("");
        let length = utf16_length(text);
        if offset > length {
            return Err(past_end(offset, length));
        }
        Ok(utf16_slice(text, offset, count))
    }

    /// "Replace data".
    pub fn replace_data(
        &mut self,
        id: NodeId,
        offset: u32,
        count: u32,
        data: &str,
    ) -> Result<(), DomError> {
        let text = self.character_data(id).unwrap_or("");
        let length = utf16_length(text);
        if offset > length {
            return Err(past_end(offset, length));
        }
        let count = count.min(length - offset);
        let new = if offset == 0 && count == length {
            data.into()
        } else {
            let start = byte_offset(text, offset);
            let end = byte_offset(text, offset + count);
            let mut new = String::with_capacity(start + data.len() + text.len() - end);
            new.push_str(&text[..start]);
            new.push_str(data);
            new.push_str(&text[end.max(start)..]);
            new.into_boxed_str()
        };
        let old = self.put_character_data(id, new);
        self.note(|| Effect::Data { target: id, old });
        self.live_replaced_data(id, offset, count, utf16_length(data));
        Ok(())
    }

    /// Replace all of it.
    pub fn set_character_data(&mut self, id: NodeId, data: &str) {
        let replaced = self.replace_data(id, 0, u32::MAX, data);
        debug_assert!(replaced.is_ok());
    }

    /// Add to the end without telling anybody: for the parser.
    pub(crate) fn extend_text(&mut self, id: NodeId, more: &str) {
        let text = self.character_data(id).unwrap_or("");
        let mut new = String::with_capacity(text.len() + more.len());
        new.push_str(text);
        new.push_str(more);
        self.put_character_data(id, new.into());
    }

    /// "Split a Text node".
    pub fn split_text(&mut self, id: NodeId, offset: u32) -> Result<NodeId, DomError> {
        let length = self.length(id);
        if offset > length {
            return Err(past_end(offset, length));
        }
        let count = length - offset;
        let tail = self.substring_data(id, offset, count)?;
        let document = self.document(id);
        let new = match self.data(id) {
            NodeData::CData(_) => self.new_cdata(document, &tail),
            _ => self.new_text(document, &tail),
        };
        if let Some(parent) = self.parent(id) {
            self.insert(parent, new, self.next(id));
            self.live_split(id, new, offset, parent);
        }
        self.replace_data(id, offset, count, "")?;
        Ok(new)
    }

    /// "Descendant text content", or the node's own data.
    pub fn text_content(&self, id: NodeId) -> Option<String> {
        match self.data(id) {
            NodeData::Document(_) | NodeData::Doctype(_) => None,
            NodeData::Attr(_) => Some(self.attribute_node_value(id).to_owned()),
            NodeData::Element(_) | NodeData::Fragment(_) => Some(self.descendant_text(id)),
            _ => self.character_data(id).map(str::to_owned),
        }
    }

    /// The data of all Text descendants.
    pub fn descendant_text(&self, id: NodeId) -> String {
        let mut out = String::new();
        for node in self.descendants(id) {
            if let NodeData::Text(text) | NodeData::CData(text) = self.data(node) {
                out.push_str(text);
            }
        }
        out
    }

    /// DOM, "child text content".
    pub fn child_text(&self, id: NodeId) -> String {
        let mut out = String::new();
        for node in self.children(id) {
            if let NodeData::Text(text) | NodeData::CData(text) = self.data(node) {
                out.push_str(text);
            }
        }
        out
    }

    /// "String replace all": what was inside, to be freed when nobody has it.
    pub fn set_text_content(&mut self, id: NodeId, text: &str) -> Vec<NodeId> {
        match self.data(id) {
            NodeData::Element(_) | NodeData::Fragment(_) => {
                let new = (!text.is_empty()).then(|| self.new_text(self.document(id), text));
                self.replace_all(id, new)
            }
            NodeData::Attr(_) => {
                self.set_attribute_node_value(id, text);
                Vec::new()
            }
            NodeData::Document(_) | NodeData::Doctype(_) => Vec::new(),
            _ => {
                self.set_character_data(id, text);
                Vec::new()
            }
        }
    }

    /// `normalize()`: answers the nodes that it took out.
    pub fn normalize(&mut self, id: NodeId) -> Vec<NodeId> {
        let texts: Vec<NodeId> = self
            .descendants(id)
            .filter(|node| matches!(self.data(*node), NodeData::Text(_)))
            .collect();
        let mut removed = Vec::new();
        for node in texts {
            if self.parent(node).is_none() {
                continue; // merged into one before it, or the root itself
            }
            if node == id {
                continue;
            }
            let mut length = self.length(node);
            if length == 0 {
                self.remove(node);
                removed.push(node);
                continue;
            }
            // Contiguous exclusive Text nodes after it.
            let mut followers = Vec::new();
            let mut more = String::new();
            let mut at = self.next(node);
            while let Some(next) = at {
                let NodeData::Text(text) = self.data(next) else {
                    break;
                };
                more.push_str(text);
                followers.push(next);
                at = self.next(next);
            }
            if followers.is_empty() {
                continue;
            }
            let replaced = self.replace_data(node, length, 0, &more);
            debug_assert!(replaced.is_ok());
            for next in &followers {
                let index = self.index(*next);
                self.live_merged(*next, node, length, index);
                length += self.length(*next);
            }
            for next in followers {
                self.remove(next);
                removed.push(next);
            }
        }
        removed
    }
}

fn past_end(offset: u32, length: u32) -> DomError {
    DomError::index_size(format!("offset {offset} is past the length {length}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_in_utf16_units() {
        assert_eq!(utf16_slice("añ😀z", 1, 3), "ñ😀");
        assert_eq!(utf16_slice("añ😀z", 2, 1), "\u{FFFD}");
        assert_eq!(utf16_slice("abc", 1, u32::MAX), "bc");
        assert_eq!(utf16_length("añ😀z"), 5);
    }
}
