//! The twelve operations of a wrapper, each of them sent through one method.

/// Implements `Store` for a wrapper by its method `around(operation, call)`, where `call` is the operation on the store
/// inside, which is `self.$inner`.
///
/// `call` has not begun when `around` gets it, so a wrapper that drops it has done nothing.
macro_rules! forward_operations {
    ($wrapper:ident, $($inner:tt)+) => {
        #[::async_trait::async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<S: ::session_core::Store> ::session_core::Store for $wrapper<S> {
            async fn create(
                &self,
                key: &::session_core::StoreKey,
                record: &::session_core::Record,
                signs_in: Option<::session_core::Moment>,
                now: ::session_core::Moment,
            ) -> Result<::session_core::Created, ::session_core::StoreError> {
                let call = self.$($inner)+.create(key, record, signs_in, now);
                self.around($crate::Operation::Create, call).await
            }

            async fn load(
                &self,
                key: &::session_core::StoreKey,
                now: ::session_core::Moment,
            ) -> Result<::session_core::Loaded, ::session_core::StoreError> {
                self.around($crate::Operation::Load, self.$($inner)+.load(key, now)).await
            }

            async fn update(
                &self,
                key: &::session_core::StoreKey,
                record: &::session_core::Record,
                expected: ::session_core::Revision,
                now: ::session_core::Moment,
            ) -> Result<::session_core::Updated, ::session_core::StoreError> {
                let call = self.$($inner)+.update(key, record, expected, now);
                self.around($crate::Operation::Update, call).await
            }

            async fn rotate(
                &self,
                rotation: &::session_core::Rotation<'_>,
                now: ::session_core::Moment,
            ) -> Result<::session_core::Rotated, ::session_core::StoreError> {
                let call = self.$($inner)+.rotate(rotation, now);
                self.around($crate::Operation::Rotate, call).await
            }

            async fn touch(
                &self,
                key: &::session_core::StoreKey,
                touch: &::session_core::Touch,
                now: ::session_core::Moment,
            ) -> Result<::session_core::Touched, ::session_core::StoreError> {
                let call = self.$($inner)+.touch(key, touch, now);
                self.around($crate::Operation::Touch, call).await
            }

            async fn delete(
                &self,
                key: &::session_core::StoreKey,
                now: ::session_core::Moment,
            ) -> Result<::session_core::Deleted, ::session_core::StoreError> {
                self.around($crate::Operation::Delete, self.$($inner)+.delete(key, now))
                    .await
            }

            async fn sessions_of(
                &self,
                owner: &::session_core::Owner,
                now: ::session_core::Moment,
            ) -> Result<Vec<::session_core::Listed>, ::session_core::StoreError> {
                let call = self.$($inner)+.sessions_of(owner, now);
                self.around($crate::Operation::SessionsOf, call).await
            }

            async fn delete_sessions_of(
                &self,
                owner: &::session_core::Owner,
                except: Option<&::session_core::StoreKey>,
                now: ::session_core::Moment,
            ) -> Result<u64, ::session_core::StoreError> {
                let call = self.$($inner)+.delete_sessions_of(owner, except, now);
                self.around($crate::Operation::DeleteSessionsOf, call).await
            }

            async fn delete_expired(
                &self,
                limit: usize,
                now: ::session_core::Moment,
            ) -> Result<u64, ::session_core::StoreError> {
                let call = self.$($inner)+.delete_expired(limit, now);
                self.around($crate::Operation::DeleteExpired, call).await
            }

            async fn count(&self, now: ::session_core::Moment) -> Result<u64, ::session_core::StoreError> {
                self.around($crate::Operation::Count, self.$($inner)+.count(now)).await
            }

            async fn scan(
                &self,
                from: Option<&::session_core::ScanCursor>,
                limit: usize,
            ) -> Result<::session_core::Scanned, ::session_core::StoreError> {
                self.around($crate::Operation::Scan, self.$($inner)+.scan(from, limit))
                    .await
            }

            async fn clear(&self) -> Result<(), ::session_core::StoreError> {
                self.around($crate::Operation::Clear, self.$($inner)+.clear()).await
            }
        }
    };
}

pub(crate) use forward_operations;
