//! A platform that is far away: each request waits for a while before it reaches the real one.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use swarmform::platform::Embedded;
use tokio::runtime::Runtime;

use crate::elsewhere::Elsewhere;
use crate::support::Place;

pub struct Slow {
    pub endpoint: String,
    pub token: String,
    delay: Arc<AtomicU64>,
    /// Dropped last, and before the runtime it runs on.
    _platform: Embedded,
    _runtime: Runtime,
}

impl Slow {
    /// A platform that keeps its data in the directory `elsewhere`.
    pub fn start(place: &Place) -> Slow {
        let Elsewhere { platform, runtime } = Elsewhere::start(place);
        let behind = platform.endpoint().trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let delay = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&delay);
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let Ok(server) = TcpStream::connect(&behind) else {
                    return;
                };
                let (back, ahead) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let delay = Arc::clone(&told);
                std::thread::spawn(move || pass(client, ahead, &delay));
                std::thread::spawn(move || pass(server, back, &AtomicU64::new(0)));
            }
        });
        Slow {
            endpoint,
            token: platform.token.clone(),
            delay,
            _platform: platform,
            _runtime: runtime,
        }
    }

    /// Each request waits so long from now on.
    pub fn wait(&self, milliseconds: u64) {
        self.delay.store(milliseconds, Ordering::Relaxed);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, delay: &AtomicU64) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        std::thread::sleep(Duration::from_millis(delay.load(Ordering::Relaxed)));
        if to.write_all(&buffer[..count]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
