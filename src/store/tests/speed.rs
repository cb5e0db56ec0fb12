//! How long the store takes.

use super::*;

/// Not a law but a measure: `cargo test --release --lib store::tests::speed::speed -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let home = Home::new();
    let store = home.store();
    let lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    let begun = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for number in 0..1_000 {
            let events: Vec<Event> = (0..10).map(|slot| put(number * 10 + slot, 1)).collect();
            let count = 1 + (number as usize) % 10;
            store.commit("aaaa", 1, &events[..count]).await.unwrap();
        }
    });
    println!("1,000 commits of 1-10 records: {:?}", begun.elapsed());
    let begun = Instant::now();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..10)
            .map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0..100 {
                        store
                            .commit("aaaa", 1, &[put(task * 100 + number, 1)])
                            .await
                            .unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    println!("1,000 commits of ten at once: {:?}", begun.elapsed());
    let events: Vec<Event> = (0..10_000).map(|slot| put(slot, 1)).collect();
    let begun = Instant::now();
    block_on(store.commit("aaaa", 1, &events)).unwrap();
    println!("one commit of 10,000 records: {:?}", begun.elapsed());
    let begun = Instant::now();
    assert_eq!(block_on(store.read()).unwrap().instances.len(), 10_000);
    println!("read 10,000, open: {:?}", begun.elapsed());
    let begun = Instant::now();
    block_on(store.finish()).unwrap();
    println!("export 10,000: {:?}", begun.elapsed());
    let begun = Instant::now();
    drop(lock);
    println!("close: {:?}", begun.elapsed());
    for _ in 0..3 {
        let begun = Instant::now();
        block_on(home.store().read()).unwrap();
        println!("open and read 10,000: {:?}", begun.elapsed());
    }
    let begun = Instant::now();
    drop(block_on(home.store().lock("plan", Duration::ZERO)).unwrap());
    println!("lock and close: {:?}", begun.elapsed());
    let small = Home::new();
    small.run(10, 1, true);
    let begun = Instant::now();
    block_on(small.store().read()).unwrap();
    println!("open and read 10: {:?}", begun.elapsed());
}
