//! Group commit: one thread owns the store and writes what many requests hand in as one batch with one fsync.
//! A change is acknowledged only when it is on the disk. After a failed write it refuses all others, for memory and
//! disk have parted, until the store could be opened again and memory was filled from it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::platform::error::PlatformError;
use crate::platform::store::{Change, Store};

/// The most jobs of one group.
const GROUP: usize = 1024;
/// How long after a failure the store is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Opens the store again after a failed write and fills memory from it. Between the two it calls what it is given, at a
/// moment at which nobody can hand in a change.
pub type Reopen = Box<dyn Fn(&mut dyn FnMut()) -> Result<Store, PlatformError> + Send>;

struct Job {
    changes: Vec<Change>,
    done: oneshot::Sender<Result<(), String>>,
}

/// What tells that a change is safe: the future of its commit.
pub type Receipt = oneshot::Receiver<Result<(), String>>;

/// The thread that writes.
pub struct Committer {
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    broken: Arc<AtomicBool>,
}

impl Committer {
    /// Gives `store` to a new thread.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(store: Store, reopen: Reopen) -> Result<Committer, PlatformError> {
        let (jobs, inbox) = channel();
        let broken = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&broken);
        let thread = std::thread::Builder::new()
            .name("platform-commit".to_owned())
            .spawn(move || run(store, &reopen, &inbox, &flag))
            .map_err(|e| PlatformError::io("start the thread that writes", e))?;
        Ok(Committer {
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
            broken,
        })
    }

    /// Hands in changes. Two calls in order are written in order.
    pub fn submit(&self, changes: Vec<Change>) -> Receipt {
        let (done, receipt) = oneshot::channel();
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        match jobs.as_ref() {
            Some(jobs) => {
                if let Err(refused) = jobs.send(Job { changes, done }) {
                    let _ = refused
                        .0
                        .done
                        .send(Err("the writing thread has ended".to_owned()));
                }
            }
            None => {
                let _ = done.send(Err("the platform is closed".to_owned()));
            }
        }
        receipt
    }

    /// Whether writes are still taken.
    pub fn usable(&self) -> bool {
        !self.broken.load(Ordering::Acquire)
            && self.jobs.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Writes what was handed in, exports, and releases the data directory. A second call does nothing.
    pub fn close(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.close();
    }
}

fn run(store: Store, reopen: &Reopen, inbox: &Receiver<Job>, broken: &AtomicBool) {
    // None from a failed write until the store is open again.
    let mut open = Some(store);
    loop {
        let first = match &open {
            Some(_) => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            None => inbox.recv_timeout(AGAIN),
        };
        let mut group = match first {
            Ok(first) => vec![first],
            Err(RecvTimeoutError::Timeout) => {
                match again(reopen, inbox, broken) {
                    Ok(store) => open = Some(store),
                    Err(PlatformError::Io { .. } | PlatformError::Busy { .. }) => {}
                    // Trying it again would not mend it.
                    Err(error) => {
                        tracing::error!(target: "swarmform::platform", %error, "the store cannot be used any more");
                        return refuse_all(inbox);
                    }
                }
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        while group.len() < GROUP {
            match inbox.try_recv() {
                Ok(job) => group.push(job),
                Err(_) => break,
            }
        }
        let mut changes = Vec::new();
        for job in &mut group {
            changes.append(&mut job.changes);
        }
        let result = match &mut open {
            None => Err(EARLIER.to_owned()),
            Some(store) => catch_unwind(AssertUnwindSafe(|| store.commit(&changes)))
                .unwrap_or_else(|_| Err("the store failed inside".to_owned())),
        };
        if let Err(cause) = &result
            && let Some(failed) = open.take()
        {
            broken.store(true, Ordering::Release);
            tracing::error!(target: "swarmform::platform", cause, "a write failed; no more are taken until the store could be opened again");
            let _ = catch_unwind(AssertUnwindSafe(|| drop(failed)));
        }
        for job in group {
            let _ = job.done.send(result.clone());
        }
    }
    if let Some(mut store) = open
        && let Err(error) = store.export()
    {
        tracing::error!(target: "swarmform::platform", %error, "the export was not written");
    }
}

/// What those hear whose changes came after one that failed.
const EARLIER: &str = "an earlier write failed";

/// The store, opened again; memory is as the disk then, and changes are taken.
fn again(reopen: &Reopen, inbox: &Receiver<Job>, broken: &AtomicBool) -> Result<Store, PlatformError> {
    let mut calm = || {
        // These altered the memory that is given up.
        for job in inbox.try_iter() {
            let _ = job.done.send(Err(EARLIER.to_owned()));
        }
        broken.store(false, Ordering::Release);
    };
    let store = catch_unwind(AssertUnwindSafe(|| reopen(&mut calm)))
        .unwrap_or_else(|_| Err(PlatformError::io("open the store again", "it failed inside")))?;
    tracing::warn!(target: "swarmform::platform", "the store is open again; changes are taken");
    Ok(store)
}

/// Answers every change with a refusal, until the platform is closed.
fn refuse_all(inbox: &Receiver<Job>) {
    while let Ok(job) = inbox.recv() {
        let _ = job.done.send(Err(EARLIER.to_owned()));
    }
}
