import CKernels
import Foundation
import Synchronization

/// A few threads that live as long as the pool and share the iterations of one loop at a time.
/// Each has a stretch of them, so that what it reads lies in one piece, and helps the others when it is done. Which thread
/// takes which iteration is left open, so iterations must not depend on each other.
/// One loop runs at a time: `forEach` is for one calling thread.
public final class WorkerPool: Sendable {
    /// Threads that take part in a loop, the calling one included.
    public var threads: Int { workers.count }

    private let workers: [Worker]
    private let board = JobBoard()
    private let isRunning = Atomic<Bool>(false)

    /// A pool of `threads` threads, at least 1.
    public init(threads: Int) {
        workers = (0..<max(1, threads)).map { Worker(index: $0) }
        for worker in workers.dropFirst() {
            let thread = Thread { [board] in board.serve(worker) }
            thread.start()
        }
    }

    deinit { board.close() }

    /// Runs `body` for every iteration below `count` and returns when all are done.
    public func forEach(_ count: Int, _ body: (_ iteration: Int, _ worker: Worker) -> Void) {
        let isTaken = isRunning.exchange(true, ordering: .acquiring)
        precondition(!isTaken, "one loop at a time: within a loop there is the worker, not the pool")
        defer { isRunning.store(false, ordering: .releasing) }
        guard count > 1, threads > 1 else {
            for iteration in 0..<count { body(iteration, workers[0]) }
            return
        }
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { address in
                let job = Job(count: count, threads: threads, body: address)
                board.post(job)
                job.work(as: workers[0])
                job.waitUntilDone()
            }
        }
    }
}

/// One loop: the next iteration of each thread's stretch, and how many are done.
private final class Job: @unchecked Sendable {
    typealias Body = (_ iteration: Int, _ worker: Worker) -> Void

    private let count: Int
    private let threads: Int
    /// Points into the frame of `forEach`, which is there until every iteration is done; a thread that comes later
    /// finds no iteration left and does not touch it.
    private let body: UnsafePointer<Body>
    /// `[threads]`: iterations of each stretch that are taken, or more.
    private let taken: UnsafeMutablePointer<Atomic<Int>>
    private let done = Atomic<Int>(0)

    init(count: Int, threads: Int, body: UnsafePointer<Body>) {
        self.count = count
        self.threads = threads
        self.body = body
        taken = .allocate(capacity: threads)
        for thread in 0..<threads { (taken + thread).initialize(to: Atomic(0)) }
    }

    deinit {
        taken.deinitialize(count: threads)
        taken.deallocate()
    }

    /// Takes what is left of the worker's own stretch, then of the others'.
    func work(as worker: Worker) {
        for offset in 0..<threads {
            let owner = (worker.index + offset) % threads
            let (first, end) = (owner * count / threads, (owner + 1) * count / threads)
            while true {
                let iteration = first + taken[owner].wrappingAdd(1, ordering: .relaxed).oldValue
                guard iteration < end else { break }
                run(iteration, worker)
                done.wrappingAdd(1, ordering: .acquiringAndReleasing)
            }
        }
    }

    /// A call of its own, so that it has let go of the body before the iteration counts as done.
    @inline(never)
    private func run(_ iteration: Int, _ worker: Worker) { body.pointee(iteration, worker) }

    func waitUntilDone() {
        var turns = 0
        while done.load(ordering: .acquiring) < count {
            turns += 1
            if turns > JobBoard.patience { sched_yield() } else { hr_pause() }
        }
    }
}

/// Where the current job hangs, and where threads wait for the next.
private final class JobBoard: @unchecked Sendable {
    /// Turns of busy waiting before a thread lets others run: some tens of microseconds, more than the gap between two
    /// products of a pass.
    static let patience = 2_000
    /// Times it lets others run before it sleeps.
    private static let yields = 50

    private let condition = NSCondition()
    private let generation = Atomic<Int>(0)
    /// Threads that sleep, or are about to.
    private let sleepers = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)
    private let job = Mutex<Job?>(nil)

    func post(_ job: Job) {
        self.job.withLock { $0 = job }
        announce()
    }

    func close() {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        announce()
    }

    /// Both this and `sleep` write first and then read what the other wrote, so a thread that goes to sleep has seen the
    /// new generation or is seen.
    private func announce() {
        generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
        guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }

    func serve(_ worker: Worker) {
        var seen = 0
        while true {
            awaitChange(from: seen)
            seen = generation.load(ordering: .acquiring)
            if isClosed.load(ordering: .acquiring) { return }
            job.withLock { $0 }?.work(as: worker)
        }
    }

    private func awaitChange(from seen: Int) {
        var turns = 0
        while generation.load(ordering: .acquiring) == seen {
            turns += 1
            if turns <= Self.patience {
                hr_pause()
            } else if turns <= Self.patience + Self.yields {
                sched_yield()
            } else {
                sleep(from: seen)
            }
        }
    }

    private func sleep(from seen: Int) {
        condition.lock()
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while generation.load(ordering: .sequentiallyConsistent) == seen { condition.wait() }
        sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        condition.unlock()
    }
}
