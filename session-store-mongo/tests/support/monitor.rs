//! What a store sends, and what it is answered, as the driver tells.

use std::sync::{Arc, Mutex};

use mongodb::bson::{Bson, Document};
use mongodb::event::EventHandler;
use mongodb::event::command::CommandEvent;
use mongodb::options::ClientOptions;

/// A command, and the answer.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) command: Document,
    pub(crate) answer: Option<Document>,
    number: i32,
}

/// Is done before a command is sent, and says whether that was the one that it waited for.
type Before = Box<dyn FnMut(&Document) -> bool + Send>;

/// Listens to the clients that have its options.
#[derive(Clone, Default)]
pub(crate) struct Monitor {
    sent: Arc<Mutex<Vec<Sent>>>,
    before: Arc<Mutex<Option<Before>>>,
}

impl Monitor {
    pub(crate) async fn options(&self, url: &str) -> ClientOptions {
        let monitor = self.clone();
        let mut options = ClientOptions::parse(url).await.unwrap();
        options.command_event_handler = Some(EventHandler::callback(move |event| monitor.note(event)));
        options
    }

    /// What was sent since this was asked last.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    /// What is to happen before a command is sent: until it has happened before the one that it waits for.
    pub(crate) fn before(&self, action: impl FnMut(&Document) -> bool + Send + 'static) {
        *self.before.lock().unwrap() = Some(Box::new(action));
    }

    fn note(&self, event: CommandEvent) {
        match event {
            CommandEvent::Started(started) => {
                let mut before = self.before.lock().unwrap();
                if before.as_mut().is_some_and(|before| before(&started.command)) {
                    *before = None;
                }
                self.sent.lock().unwrap().push(Sent {
                    command: started.command,
                    answer: None,
                    number: started.request_id,
                });
            }
            CommandEvent::Succeeded(succeeded) => {
                let mut sent = self.sent.lock().unwrap();
                if let Some(command) = sent.iter_mut().find(|sent| sent.number == succeeded.request_id) {
                    command.answer = Some(succeeded.reply);
                }
            }
            _ => {}
        }
    }
}

impl Sent {
    /// The command's name, and how many writes it has where that is more than one.
    pub(crate) fn name(&self) -> String {
        let name = self.command.keys().next().unwrap();
        match self.statements().len() {
            0 | 1 => name.clone(),
            writes => format!("{name} of {writes} writes"),
        }
    }

    /// The writes of a command that may have several.
    pub(crate) fn statements(&self) -> Vec<&Document> {
        let lists = ["documents", "updates", "deletes"];
        let statements = lists.iter().find_map(|list| self.command.get_array(list).ok());
        let statements = statements.map(Vec::as_slice).unwrap_or_default();
        statements.iter().filter_map(Bson::as_document).collect()
    }

    /// What its documents are found by, for each of its writes.
    pub(crate) fn filters(&self) -> Vec<&Document> {
        let statements = self.statements();
        if statements.is_empty() {
            let names = ["filter", "query"];
            return names
                .iter()
                .filter_map(|name| self.command.get_document(name).ok())
                .collect();
        }
        let filter = |statement: &&Document| statement.get_document("q").is_ok();
        let is_insertion = !statements.iter().any(filter);
        if is_insertion {
            return statements;
        }
        statements
            .iter()
            .map(|statement| statement.get_document("q").unwrap())
            .collect()
    }

    /// Whether a field of this name came with the answer, however deep.
    pub(crate) fn brought(&self, field: &str) -> bool {
        self.answer.as_ref().is_some_and(|answer| has_field(answer, field))
    }
}

fn has_field(document: &Document, field: &str) -> bool {
    document
        .iter()
        .any(|(name, value)| name == field || value_has(value, field))
}

fn value_has(value: &Bson, field: &str) -> bool {
    match value {
        Bson::Document(document) => has_field(document, field),
        Bson::Array(list) => list.iter().any(|value| value_has(value, field)),
        _ => false,
    }
}
