//! Protocol buffers in text form, as far as prototxt files use it.
//!
//! Format: <https://protobuf.dev/reference/protobuf/textformat-spec/>.

use super::ImportError;

/// The deepest nesting of messages.
const MAX_DEPTH: usize = 32;

/// A message: its fields in order, repetitions included.
#[derive(Debug, Default)]
pub(super) struct Message<'a> {
    pub line: usize,
    fields: Vec<(&'a str, Value<'a>)>,
}

#[derive(Debug)]
enum Value<'a> {
    /// A number, word or the inside of a string.
    Text(&'a str),
    Message(Message<'a>),
}

impl<'a> Message<'a> {
    /// The first value of a field that is no message.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.texts(name).next()
    }

    /// All values of a field that are no messages.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter_map(move |(n, value)| match value {
            Value::Text(text) if *n == name => Some(*text),
            _ => None,
        })
    }

    /// The first message of a field.
    pub fn message(&self, name: &str) -> Option<&Message<'a>> {
        self.messages(name).next()
    }

    /// The messages of a field, in the order of the file.
    pub fn messages(&self, name: &str) -> impl Iterator<Item = &Message<'a>> {
        self.fields.iter().filter_map(move |(n, value)| match value {
            Value::Message(message) if *n == name => Some(message),
            _ => None,
        })
    }

    /// The number in a field.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, ImportError> {
        self.text(name).map(|text| self.parse(name, text)).transpose()
    }

    /// Reads a number of a field.
    pub fn parse<T: std::str::FromStr>(&self, name: &str, text: &str) -> Result<T, ImportError> {
        text.parse().map_err(|_| ImportError::Malformed {
            line: self.line,
            what: format!("`{name}` is `{text}`, which is not such a number as it takes"),
        })
    }
}

/// Reads a whole file.
pub(super) fn parse(text: &str) -> Result<Message<'_>, ImportError> {
    let mut reader = Reader { text, at: 0, line: 1 };
    let message = reader.fields(0)?;
    if reader.peek().is_some() {
        return Err(reader.error("a `}` that closes nothing"));
    }
    Ok(message)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, what: &str) -> ImportError {
        ImportError::Malformed { line: self.line, what: what.into() }
    }

    /// The next byte that is no space, comment or separator.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.as_bytes().get(self.at)? {
                b'\n' => self.line += 1,
                b'#' => {
                    self.at = self.text[self.at..].find('\n').map_or(self.text.len(), |n| self.at + n);
                    continue;
                }
                b' ' | b'\t' | b'\r' | b',' | b';' => {}
                byte => return Some(byte),
            }
            self.at += 1;
        }
    }

    fn word(&mut self) -> Result<&'a str, ImportError> {
        let rest = &self.text[self.at..];
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '+');
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.error("expected a name or a number"));
        }
        self.at += end;
        Ok(&rest[..end])
    }

    fn fields(&mut self, depth: usize) -> Result<Message<'a>, ImportError> {
        if depth > MAX_DEPTH {
            return Err(self.error("messages nest too deep"));
        }
        let mut message = Message { line: self.line, fields: Vec::new() };
        while self.peek().is_some_and(|b| b != b'}') {
            let name = self.word()?;
            let colon = self.peek() == Some(b':');
            if colon {
                self.at += 1;
            }
            match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    let inner = self.fields(depth + 1)?;
                    if self.peek() != Some(b'}') {
                        return Err(self.error("a `{` is not closed"));
                    }
                    self.at += 1;
                    message.fields.push((name, Value::Message(inner)));
                }
                Some(b'[') if colon => {
                    self.at += 1;
                    while self.peek().is_some_and(|b| b != b']') {
                        let value = self.scalar()?;
                        message.fields.push((name, Value::Text(value)));
                    }
                    if self.peek().is_none() {
                        return Err(self.error("a `[` is not closed"));
                    }
                    self.at += 1;
                }
                Some(_) if colon => {
                    let value = self.scalar()?;
                    message.fields.push((name, Value::Text(value)));
                }
                _ => return Err(self.error(&format!("expected `:` or `{{` after `{name}`"))),
            }
        }
        Ok(message)
    }

    fn scalar(&mut self) -> Result<&'a str, ImportError> {
        let quote = match self.peek() {
            Some(b @ (b'"' | b'\'')) => b,
            _ => return self.word(),
        };
        let from = self.at + 1;
        let inside = &self.text.as_bytes()[from..];
        let end = inside.iter().position(|&b| b == quote || b == b'\n').filter(|&n| inside[n] == quote);
        let end = end.ok_or_else(|| self.error("a string is not closed on its line"))?;
        self.at = from + end + 1;
        Ok(&self.text[from..from + end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_lists_and_comments_are_read() {
        let text = "name: \"net\" # a comment }\nlayer {\n  top: 'a' top: 'b'\n  p { n: -1.5e3 }\n}\ndim: [1, 2]";
        let m = parse(text).unwrap();
        assert_eq!(m.text("name"), Some("net"));
        let layer = m.message("layer").unwrap();
        assert_eq!((layer.line, layer.texts("top").collect::<Vec<_>>()), (2, vec!["a", "b"]));
        assert_eq!(layer.message("p").unwrap().number::<f64>("n").unwrap(), Some(-1500.0));
        assert_eq!(m.texts("dim").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn what_does_not_parse_is_placed() {
        for (text, line) in
            [("a", 1), ("a {\n", 2), ("a: \"x\n", 1), ("}", 1), ("a: [1", 1), ("\na: $", 2), ("é: 1", 1)]
        {
            match parse(text) {
                Err(ImportError::Malformed { line: at, .. }) => assert_eq!(at, line, "{text:?}"),
                other => panic!("{text:?}: {other:?}"),
            }
        }
        assert!(parse(&"a {".repeat(100_000)).is_err());
    }
}
