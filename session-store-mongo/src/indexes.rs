//! The two indexes: one by which MongoDB removes what has ended, and one by owner.

use futures_util::TryStreamExt as _;
use mongodb::IndexModel;
use mongodb::bson::{Bson, Document, doc};

use crate::connect_error::MongoConnectError;
use crate::sessions::Sessions;

/// The same fields with other options; the same name for other fields.
const IN_THE_WAY: [i32; 2] = [85, 86];
const NO_COLLECTION: i32 = 26;

struct Index {
    field: &'static str,
    is_for_removal: bool,
}

const INDEXES: [Index; 2] = [
    Index {
        field: "removeAt",
        is_for_removal: true,
    },
    Index {
        field: "owner",
        is_for_removal: false,
    },
];

impl Index {
    fn name(&self) -> String {
        format!("{}_1", self.field)
    }

    fn document(&self) -> Document {
        let mut index = doc! { "key": { self.field: 1 }, "name": self.name() };
        if self.is_for_removal {
            index.insert("expireAfterSeconds", 0);
        } else {
            index.insert("sparse", true);
        }
        index
    }

    /// What an administrator would type.
    fn command(&self, collection: &str) -> String {
        let options = if self.is_for_removal {
            "expireAfterSeconds: 0"
        } else {
            "sparse: true"
        };
        format!(
            "db.getCollection({collection:?}).createIndex({{{}: 1}}, {{{options}}})",
            self.field
        )
    }

    fn is(&self, model: &IndexModel) -> bool {
        let is_on_field = model.keys.iter().eq([(&self.field.to_owned(), &Bson::Int32(1))]);
        let options = model.options.as_ref();
        let removes = options.is_some_and(|options| options.expire_after.is_some());
        is_on_field && removes == self.is_for_removal
    }
}

impl Sessions {
    /// Makes them. What is there already is left as it is.
    pub(crate) async fn create_indexes(&self) -> Result<(), MongoConnectError> {
        for index in &INDEXES {
            let create = doc! { "createIndexes": self.collection.name(), "indexes": [index.document()] };
            match self.deadline().of(self.database.run_command(create)).await {
                Ok(_) => {}
                Err(failure) if failure.code().is_some_and(|code| IN_THE_WAY.contains(&code)) => {
                    return Err(MongoConnectError::IndexInTheWay {
                        collection: self.collection.name().to_owned(),
                        field: index.field,
                        command: index.command(self.collection.name()),
                    });
                }
                Err(failure) => return Err(MongoConnectError::of_failure(failure)),
            }
        }
        Ok(())
    }

    /// Makes sure that somebody else has made them.
    pub(crate) async fn check_indexes(&self) -> Result<(), MongoConnectError> {
        let list = async { self.collection.list_indexes().await?.try_collect::<Vec<_>>().await };
        let models = match self.deadline().of(list).await {
            Err(failure) if failure.code() == Some(NO_COLLECTION) => Vec::new(),
            models => models.map_err(MongoConnectError::of_failure)?,
        };
        let missing = INDEXES.iter().find(|index| !models.iter().any(|model| index.is(model)));
        missing.map_or(Ok(()), |index| {
            Err(MongoConnectError::MissingIndex {
                collection: self.collection.name().to_owned(),
                field: index.field,
                command: index.command(self.collection.name()),
            })
        })
    }
}
