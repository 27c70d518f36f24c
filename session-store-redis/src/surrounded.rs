//! Commands that need another one right before or after them.

use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, Pipeline, Value};

use crate::connection::Connection;
use crate::failure::{Failure, Refusal};
use crate::server::Asking;

/// How many replicas must have a write, and how long to wait for them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replicas {
    pub(crate) count: u32,
    pub(crate) timeout: Duration,
}

/// Sends `command`, after `ASKING` where a slot is on its way, and before `WAIT` where replicas are to have it.
///
/// Where too few replicas have it in time, it was carried out, and a failover may undo it: that is an answer that got
/// lost.
pub(crate) async fn call(
    connection: &Connection,
    command: &Cmd,
    asking: Asking,
    replicas: Option<Replicas>,
) -> Result<Value, Failure> {
    let mut commands = Pipeline::with_capacity(3);
    let mut count = 1;
    if asking == Asking::Yes {
        commands.add_command(redis::cmd("ASKING"));
        count += 1;
    }
    commands.add_command(command.clone());
    if let Some(replicas) = replicas {
        commands.add_command(replicas.wait());
        count += 1;
    }
    let answers = connection.call_all(&commands, count).await?;
    let mut answers = answers.into_iter().skip(usize::from(asking == Asking::Yes));
    let answer = answers.next().unwrap_or(Value::Nil);
    let answer = answer.extract_error().map_err(Failure::Refused)?;
    match replicas {
        Some(replicas) => replicas.judge(answers.next()).map(|()| answer),
        None => Ok(answer),
    }
}

impl Replicas {
    fn wait(self) -> Cmd {
        let mut wait = redis::cmd("WAIT");
        let millis = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        wait.arg(self.count).arg(millis);
        wait
    }

    fn judge(self, answer: Option<Value>) -> Result<(), Failure> {
        let refusal = match answer.unwrap_or(Value::Nil).extract_error() {
            Ok(Value::Int(acknowledged)) if acknowledged >= i64::from(self.count) => return Ok(()),
            Ok(Value::Int(acknowledged)) => Refusal::TooFewReplicas {
                acknowledged,
                wanted: self.count,
            },
            Ok(_) => Refusal::TooFewReplicas {
                acknowledged: 0,
                wanted: self.count,
            },
            Err(error) => Refusal::Connection(error),
        };
        Err(Failure::Lost(Arc::new(refusal)))
    }
}
