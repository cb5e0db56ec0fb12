//! Group commit: one thread owns the store and writes what many requests hand in as one batch with one fsync.
//! A change is acknowledged only when it is on the disk. After one failed write it refuses all others, for memory
//! and disk would part.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::platform::error::PlatformError;
use crate::platform::store::{Change, Store};

/// The most jobs of one group.
const GROUP: usize = 1024;

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
    pub fn start(store: Store) -> Result<Committer, PlatformError> {
        let (jobs, inbox) = channel();
        let broken = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&broken);
        let thread = std::thread::Builder::new()
            .name("platform-commit".to_owned())
            .spawn(move || run(store, &inbox, &flag))
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

fn run(mut store: Store, inbox: &Receiver<Job>, broken: &AtomicBool) {
    while let Ok(first) = inbox.recv() {
        let mut group = vec![first];
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
        let result = if broken.load(Ordering::Acquire) {
            Err("an earlier write failed".to_owned())
        } else {
            catch_unwind(AssertUnwindSafe(|| store.commit(&changes)))
                .unwrap_or_else(|_| Err("the store failed inside".to_owned()))
        };
        if let Err(cause) = &result {
            broken.store(true, Ordering::Release);
            tracing::error!(target: "swarmform::platform", cause, "a write failed; the platform takes no more");
        }
        for job in group {
            let _ = job.done.send(result.clone());
        }
    }
    if !broken.load(Ordering::Acquire)
        && let Err(error) = store.export()
    {
        tracing::error!(target: "swarmform::platform", %error, "the export was not written");
    }
}
