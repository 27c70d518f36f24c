//! The two indexes: one by which MongoDB removes what has ended, and one by owner.

use futures_util::TryStreamExt as _;
use mongodb::IndexModel;
use mongodb::bson::{Bson, Document, doc};

use crate::connect_error::MongoConnectError;
use crate::failure::Failure;
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

    /// Whether an index does what this one should, and no more: one that is unique would keep sessions out, and one of some documents
    /// would miss others.
    fn is(&self, model: &IndexModel) -> bool {
        let is_on_field =
            matches!(Vec::from_iter(&model.keys)[..], [(field, order)] if field == self.field && is_one(order));
        let Some(options) = &model.options else {
            return is_on_field && !self.is_for_removal;
        };
        let is_whole = options.partial_filter_expression.is_none() && options.collation.is_none();
        let is_plain = is_whole && options.unique != Some(true) && options.hidden != Some(true);
        is_on_field && is_plain && options.expire_after.is_some() == self.is_for_removal
    }
}

/// Some shells know only one type of number.
fn is_one(order: &Bson) -> bool {
    let whole = order.as_i32().map(f64::from).or_else(|| order.as_f64());
    order.as_i64() == Some(1) || whole.is_some_and(|order| (order - 1.0).abs() < f64::EPSILON)
}

impl Sessions {
    /// Makes them. What is there already is left as it is, and will do if it is as good.
    pub(crate) async fn create_indexes(&self) -> Result<(), MongoConnectError> {
        for index in &INDEXES {
            let create = doc! { "createIndexes": self.collection.name(), "indexes": [index.document()] };
            match self.deadline().of(self.database.run_command(create)).await {
                Ok(_) => {}
                Err(failure) if failure.code().is_some_and(|code| IN_THE_WAY.contains(&code)) => {
                    // Whoever may not look can't know either.
                    let others = self.list_indexes().await.unwrap_or_default();
                    if !others.iter().any(|other| index.is(other)) {
                        return Err(MongoConnectError::IndexInTheWay {
                            collection: self.collection.name().to_owned(),
                            field: index.field,
                            command: index.command(self.collection.name()),
                        });
                    }
                }
                Err(failure) => return Err(MongoConnectError::of_failure(failure)),
            }
        }
        Ok(())
    }

    /// Makes the index that the packages of Express make, if it is not there. One with other options is the app's affair.
    #[cfg(feature = "express")]
    pub(crate) async fn create_shared_index(&self) -> Result<(), MongoConnectError> {
        let index = doc! { "key": { "expires": 1 }, "name": "expires_1", "expireAfterSeconds": 0 };
        let create = doc! { "createIndexes": self.collection.name(), "indexes": [index] };
        match self.deadline().of(self.database.run_command(create)).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.code().is_some_and(|code| IN_THE_WAY.contains(&code)) => Ok(()),
            Err(failure) => Err(MongoConnectError::of_failure(failure)),
        }
    }

    /// Makes sure that somebody else has made them.
    pub(crate) async fn check_indexes(&self) -> Result<(), MongoConnectError> {
        let models = match self.list_indexes().await {
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

    async fn list_indexes(&self) -> Result<Vec<IndexModel>, Failure> {
        let list = async { self.collection.list_indexes().await?.try_collect().await };
        self.deadline().of(list).await
    }
}
