import COpenBLAS
import Foundation
import Synchronization

/// A few threads that live as long as the pool and share the iterations of one loop at a time.
/// Which thread takes which iteration is left open, so iterations must not depend on each other.
/// One loop runs at a time: `forEach` is for one calling thread.
public final class WorkerPool: Sendable {
    /// Threads that take part in a loop, the calling one included.
    public var threads: Int { workers.count }

    private let workers: [Worker]
    private let board = JobBoard()

    /// A pool of `threads` threads, at least 1. OpenBLAS is told to add none of its own.
    public init(threads: Int) {
        openblas_set_num_threads(1)
        workers = (0..<max(1, threads)).map { _ in Worker() }
        for worker in workers.dropFirst() {
            let thread = Thread { [board] in board.serve(worker) }
            thread.start()
        }
    }

    deinit { board.close() }

    /// Runs `body` for every iteration below `count` and returns when all are done.
    public func forEach(_ count: Int, _ body: (_ iteration: Int, _ worker: Worker) -> Void) {
        guard count > 1, threads > 1 else {
            for iteration in 0..<count { body(iteration, workers[0]) }
            return
        }
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { address in
                let job = Job(count: count, body: address)
                board.post(job)
                job.work(as: workers[0])
                job.waitUntilDone()
            }
        }
    }
}

/// One loop: the next iteration to take, and how many are done.
private final class Job: @unchecked Sendable {
    typealias Body = (_ iteration: Int, _ worker: Worker) -> Void

    private let count: Int
    /// Points into the frame of `forEach`, which is there until every iteration is done; a thread that comes later
    /// finds no iteration left and does not touch it.
    private let body: UnsafePointer<Body>
    private let next = Atomic<Int>(0)
    private let done = Atomic<Int>(0)

    init(count: Int, body: UnsafePointer<Body>) {
        self.count = count
        self.body = body
    }

    func work(as worker: Worker) {
        while true {
            let iteration = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard iteration < count else { return }
            body.pointee(iteration, worker)
            done.wrappingAdd(1, ordering: .acquiringAndReleasing)
        }
    }

    func waitUntilDone() {
        var turns = 0
        while done.load(ordering: .acquiring) < count {
            turns += 1
            if turns > JobBoard.patience { sched_yield() }
        }
    }
}

/// Where the current job hangs, and where threads wait for the next.
private final class JobBoard: @unchecked Sendable {
    /// Turns of busy waiting before a thread lets others run: some microseconds, the gap between two products.
    static let patience = 3_000
    /// Times it lets others run before it sleeps.
    private static let yields = 50

    private let condition = NSCondition()
    private let generation = Atomic<Int>(0)
    private var job: Job?
    private var isClosed = false

    func post(_ job: Job) {
        condition.lock()
        self.job = job
        generation.wrappingAdd(1, ordering: .releasing)
        condition.broadcast()
        condition.unlock()
    }

    func close() {
        condition.lock()
        isClosed = true
        generation.wrappingAdd(1, ordering: .releasing)
        condition.broadcast()
        condition.unlock()
    }

    func serve(_ worker: Worker) {
        var seen = 0
        while true {
            awaitChange(from: seen)
            condition.lock()
            while generation.load(ordering: .acquiring) == seen { condition.wait() }
            seen = generation.load(ordering: .acquiring)
            let (job, isClosed) = (self.job, self.isClosed)
            condition.unlock()
            if isClosed { return }
            job?.work(as: worker)
        }
    }

    private func awaitChange(from seen: Int) {
        var turns = 0
        while generation.load(ordering: .acquiring) == seen {
            turns += 1
            if turns > Self.patience { sched_yield() }
            if turns > Self.patience + Self.yields { return }
        }
    }
}
