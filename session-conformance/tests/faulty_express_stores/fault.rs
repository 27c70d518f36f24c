//! The reference store with one operation that another has written.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use session_core::{
    ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid, ExpressStore,
    ExpressVersion, Moment,
};

use super::form::Form;
use super::reference::{Answer, ReferenceExpressStore};

/// A fault, whose package it is planted in, and all the cases that fail on it.
pub(crate) struct Planted {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) fault: fn() -> Arc<dyn Fault>,
    pub(crate) caught_by: &'static [&'static str],
}

/// The list of a group: each fault with its cases.
macro_rules! plant {
    ($($fault:ident on $form:ident: $($case:ident),+;)+) => {
        pub(crate) fn planted() -> Vec<crate::faulty_express_stores::fault::Planted> {
            vec![$(crate::faulty_express_stores::fault::Planted {
                name: concat!(module_path!(), "::", stringify!($fault)),
                form: crate::faulty_express_stores::form::Form::$form,
                fault: || std::sync::Arc::new($fault::default()),
                caught_by: &[$(stringify!($case)),+],
            }),+]
        }
    };
}
pub(crate) use plant;

/// The way to the server, on which others may come first.
async fn trip() {
    tokio::task::yield_now().await;
}

/// Time for others to come in between: what a script or a filter would have kept out.
pub(crate) async fn window() {
    tokio::time::sleep(Duration::from_millis(3)).await;
}

/// One fault: an operation that does something else to the reference store than it should.
#[async_trait]
pub(crate) trait Fault: Debug + Send + Sync + 'static {
    /// What becomes of a session on its way in.
    fn text(&self, text: &str) -> String {
        text.to_owned()
    }

    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        to.load(sid, now).await
    }

    async fn create(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Answer<Option<ExpressVersion>> {
        to.create(sid, session, now).await
    }

    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        to.replace(sid, session, expected, now).await
    }

    async fn touch(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expires_at: Moment,
        now: Moment,
    ) -> Answer<bool> {
        to.touch(sid, expires_at, now).await
    }

    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        to.delete(sid, expected).await
    }
}

/// A store with one fault.
#[derive(Clone, Debug)]
pub(crate) struct Faulty {
    fault: Arc<dyn Fault>,
    pub(crate) reference: ReferenceExpressStore,
}

/// No fault at all.
#[derive(Debug, Default)]
pub(crate) struct NoFault;

impl Fault for NoFault {}

impl Faulty {
    pub(crate) fn new(fault: Arc<dyn Fault>, form: Form) -> Self {
        Self {
            fault,
            reference: ReferenceExpressStore::new(form),
        }
    }
}

#[async_trait]
impl ExpressStore for Faulty {
    fn habits(&self) -> ExpressHabits {
        self.reference.habits()
    }

    async fn load(&self, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        trip().await;
        self.fault.load(&self.reference, sid, now).await
    }

    async fn create(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Answer<Option<ExpressVersion>> {
        trip().await;
        let text = &self.fault.text(session.text);
        let session = ExpressSession { text, ..*session };
        self.fault.create(&self.reference, sid, &session, now).await
    }

    async fn replace(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        trip().await;
        let text = &self.fault.text(session.text);
        let session = ExpressSession { text, ..*session };
        self.fault.replace(&self.reference, sid, &session, expected, now).await
    }

    async fn touch(&self, sid: &ExpressSid, expires_at: Moment, now: Moment) -> Answer<bool> {
        trip().await;
        self.fault.touch(&self.reference, sid, expires_at, now).await
    }

    async fn delete(&self, sid: &ExpressSid, expected: Option<&ExpressVersion>) -> Answer<ExpressRemoved> {
        trip().await;
        self.fault.delete(&self.reference, sid, expected).await
    }
}
