/// One thread's own memory in a `WorkerPool`.
public final class Worker: @unchecked Sendable {
    /// Its place among the pool's threads, from 0.
    let index: Int
    private let memory = AlignedMemory<Float>()

    init(index: Int) { self.index = index }

    /// Room for `count` floats with whatever was in it; valid until the next call.
    public func scratch(_ count: Int) -> UnsafeMutablePointer<Float> { memory.room(count) }
}

/// Who runs a loop: all threads of a pool, or the one thread that is in a pool's loop already.
public enum Workforce {
    /// Share the iterations.
    case pool(WorkerPool)
    /// Take them one by one.
    case one(Worker)

    /// Runs `body` for every iteration below `count` and returns when all are done.
    public func forEach(_ count: Int, _ body: (_ iteration: Int, _ worker: Worker) -> Void) {
        switch self {
        case .pool(let pool): pool.forEach(count, body)
        case .one(let worker): for iteration in 0..<count { body(iteration, worker) }
        }
    }
}
