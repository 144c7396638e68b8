//! Fluent files as data: which messages there are, what they say between their arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey,
};
use fluent_syntax::parser;

/// Messages by key.
pub(super) type Messages = BTreeMap<String, Message>;

/// What one message is made of.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) arguments: BTreeSet<String>,
    /// Each variant: the text between arguments, an empty piece where an argument begins or ends it.
    pub(super) pieces: Vec<Vec<String>>,
    /// The keys of each choice, such as `one` and `other`.
    pub(super) forms: Vec<Vec<String>>,
}

/// Reads files; a mistake in one, or a key that comes twice, fails the test.
pub(super) fn read(files: &[(PathBuf, String)]) -> Messages {
    let mut all = Messages::new();
    for (path, text) in files {
        let place = path.display();
        let parsed = parser::parse(text.as_str());
        let resource = parsed.unwrap_or_else(|(_, wrong)| panic!("{place}: {wrong:?}"));
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    let key = message.id.name;
                    assert!(
                        message.attributes.is_empty(),
                        "{place}: {key} has attributes"
                    );
                    let value = message.value;
                    let value = value.unwrap_or_else(|| panic!("{place}: {key} says nothing"));
                    let mut found = Message::default();
                    let pieces = found.walk(&value);
                    found.pieces = pieces;
                    assert!(
                        all.insert(key.to_owned(), found).is_none(),
                        "{place}: {key} comes twice"
                    );
                }
                Entry::Term(term) => panic!("{place}: terms are not used here: {}", term.id.name),
                Entry::Junk { content } => panic!("{place}: {content}"),
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            }
        }
    }
    all
}

impl Message {
    fn walk(&mut self, pattern: &Pattern<&str>) -> Vec<Vec<String>> {
        let mut variants = vec![vec![String::new()]];
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => {
                    for variant in &mut variants {
                        variant.last_mut().unwrap().push_str(value);
                    }
                }
                PatternElement::Placeable { expression } => {
                    variants = self.expression(expression, variants);
                }
            }
        }
        variants
    }

    fn expression(
        &mut self,
        expression: &Expression<&str>,
        before: Vec<Vec<String>>,
    ) -> Vec<Vec<String>> {
        match expression {
            Expression::Inline(inline) => {
                self.inline(inline);
                let argued = |mut variant: Vec<String>| {
                    variant.push(String::new());
                    variant
                };
                before.into_iter().map(argued).collect()
            }
            Expression::Select { selector, variants } => {
                self.inline(selector);
                let key = |key: &VariantKey<&str>| match key {
                    VariantKey::Identifier { name } => (*name).to_owned(),
                    VariantKey::NumberLiteral { value } => (*value).to_owned(),
                };
                self.forms
                    .push(variants.iter().map(|v| key(&v.key)).collect());
                let mut out = Vec::new();
                for variant in variants {
                    for tail in self.walk(&variant.value) {
                        for head in &before {
                            let mut whole = head.clone();
                            whole.last_mut().unwrap().push_str(&tail[0]);
                            whole.extend(tail[1..].iter().cloned());
                            out.push(whole);
                        }
                    }
                }
                out
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.arguments.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => {
                self.expression(expression, Vec::new());
            }
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
            other => panic!("not used here: {other:?}"),
        }
    }
}
