//! Reading and writing values.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Session, State};
use crate::changes::Step;
use crate::error::Error;
use crate::key::{KeyName, ValueKey};

impl Session {
    /// The value of `key`; `None`: there is none.
    ///
    /// Only this value is decoded, however many there are.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded, or the value is not a `T`. The other values can still be read then.
    pub async fn get<T: DeserializeOwned>(&self, key: impl ValueKey<T>) -> Result<Option<T>, Error> {
        let name = key.name();
        let decode = |bytes: &[u8]| self.format().decode(name, bytes);
        self.look_up(name, |value| value.map(decode).transpose()).await
    }

    /// Sets the value of `key` at the commit. Whoever commits last wins; [`update`](Self::update) is for values that depend
    /// on what they were.
    ///
    /// # Errors
    ///
    /// When the value can't be encoded. Nothing is recorded then.
    pub fn insert<T: Serialize + ?Sized>(&self, key: impl ValueKey<T>, value: &T) -> Result<(), Error> {
        let value = self.format().encode(key.name(), value)?;
        self.record(Step::Insert {
            name: key.into_name(),
            value,
        });
        Ok(())
    }

    /// The value of `key`, which is removed at the commit. Of two requests that overlap both may get it.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded, or the value is not a `T`. It stays then.
    pub async fn take<T: DeserializeOwned>(&self, key: impl ValueKey<T>) -> Result<Option<T>, Error> {
        let decode = |bytes: &[u8]| self.format().decode(key.name(), bytes);
        let taken = self.look_up(key.name(), |value| value.map(decode).transpose()).await?;
        if taken.is_some() {
            self.record(Step::Remove { name: key.into_name() });
        }
        Ok(taken)
    }

    /// Changes the value of `key` in place, beginning with the default where there is none, and answers what `change`
    /// answers.
    ///
    /// This is exact however many requests overlap: where another one has written in between, `change` runs again on what
    /// that one wrote, when this request commits. Otherwise it runs once, and what it answered holds. So it should do
    /// nothing but change the value; where its answer must be the one that counts, use [`update_now`](Self::update_now).
    ///
    /// # Errors
    ///
    /// When the session can't be loaded, or the value is not a `T` or can't be encoded. [`Error::Gone`] when the request came
    /// with an id from before a sign-in, or the session has ended since: the change would lead nowhere. Nothing is recorded
    /// then.
    pub async fn update<T, R, F>(&self, key: impl ValueKey<T>, change: F) -> Result<R, Error>
    where
        T: Serialize + DeserializeOwned + Default,
        F: Fn(&mut T) -> R + Send + Sync + 'static,
    {
        self.update_option(key, move |value: &mut Option<T>| change(value.get_or_insert_default()))
            .await
    }

    /// Like [`update`](Self::update), but commits at once, with all that was recorded so far, and answers what the last run of
    /// `change` answered: the one that counts. For a change that may be refused, such as the last ticket.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update) and [`save`](Self::save).
    pub async fn update_now<T, R, F>(&self, key: impl ValueKey<T>, change: F) -> Result<R, Error>
    where
        T: Serialize + DeserializeOwned + Default,
        R: Send + 'static,
        F: Fn(&mut T) -> R + Send + Sync + 'static,
    {
        let last = Arc::new(Mutex::new(None));
        let note = Arc::clone(&last);
        self.update(key, move |value| {
            let answer = change(value);
            *note.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        })
        .await?;
        self.save().await?;
        let answer = last.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer.ok_or(Error::Gone)
    }

    /// Like [`update`](Self::update), where `None` is a value that is not there: `change` can tell, and can remove it.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    pub async fn update_option<T, R, F>(&self, key: impl ValueKey<T>, change: F) -> Result<R, Error>
    where
        T: Serialize + DeserializeOwned,
        F: Fn(&mut Option<T>) -> R + Send + Sync + 'static,
    {
        let name = key.into_name();
        let format = self.format();
        self.look(|_| ()).await?;
        let _inside = self.inner.enter().await;
        let run = {
            let name = name.clone();
            move |old: Option<&[u8]>| {
                let mut value = old.map(|bytes| format.decode(&name, bytes)).transpose()?;
                let answer = change(&mut value);
                let new = value.map(|value| format.encode(&name, &value)).transpose()?;
                Ok((new, answer))
            }
        };
        // Nothing of the application runs under the lock, so another clone may write in between: then it runs again.
        loop {
            let (old, seen_on) = {
                let state = self.lock();
                if state.is_dead() {
                    return Err(Error::Gone);
                }
                (state.lookup(&name)?.map(<[u8]>::to_vec), state.seen_on())
            };
            let (seen, answer) = run(old.as_deref())?;
            let mut state = self.lock();
            if state.lookup(&name)? == old.as_deref() && state.seen_on() == seen_on {
                let updater = Arc::new(move |old: Option<&[u8]>| run(old).map(|(new, _)| new));
                state.record(Step::Update {
                    name,
                    updater,
                    seen,
                    seen_on,
                });
                return Ok(answer);
            }
        }
    }

    /// Removes the value of `key` at the commit, whatever it is.
    pub fn remove(&self, key: impl KeyName) {
        self.record(Step::Remove { name: key.into_name() });
    }

    /// Removes all values at the commit (PHP: `session_unset`). Owner, id and limits stay.
    pub fn clear(&self) {
        self.record(Step::Clear);
    }

    /// Whether there is a value of `key`. It is not decoded.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded.
    pub async fn contains_key(&self, key: impl KeyName) -> Result<bool, Error> {
        self.look_up(key.name(), |value| Ok(value.is_some())).await
    }

    /// The names of all values, in no particular order.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded.
    pub async fn keys(&self) -> Result<Vec<String>, Error> {
        self.look(State::names).await?
    }
}
