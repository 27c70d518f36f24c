//! The engines that the tests run on.

/// Makes a test of each of these functions on each engine. They take what is to be known of it as a type.
macro_rules! on_each_engine {
    ($($test:ident)*) => {
        #[cfg(feature = "postgres")]
        on_each_engine! { postgres: $crate::support::engine::Postgres; $($test)* }
        #[cfg(feature = "mysql")]
        on_each_engine! { mysql: $crate::support::engine::MySql; $($test)* }
    };
    ($module:ident: $engine:ty; $($test:ident)*) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test::<$engine>().await;
                }
            )*
        }
    };
}
