import Foundation
import Synchronization

/// Memory of one head's slots. Attention reads it at the speed of memory, which pages of 4 KiB slow down by a third; one
/// head's slots rarely fill a large page, so the buffers of several share one.
struct SlotMemory {
    /// Where it begins.
    let start: UnsafeMutablePointer<Float>
    /// Bytes it holds, at least what was asked for.
    let bytes: Int

    /// The size of a large page.
    fileprivate static let page = 1 << 21
    /// From here on up to half a page, memory is a piece of a shared page, a power of two long.
    private static let leastPiece = 1 << 15

    private static let pieces = Mutex(PiecedPages())

    private var isPiece: Bool { (Self.leastPiece...Self.page / 2).contains(bytes) }

    /// Memory for `count` floats, which are not set.
    init(floats count: Int) {
        let wanted = max(count, 1) * MemoryLayout<Float>.stride
        guard wanted >= Self.leastPiece else {
            bytes = wanted
            start = .allocate(capacity: count)
            return
        }
        if wanted <= Self.page / 2 {
            let size = 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
            bytes = size
            start = Self.pieces.withLock { $0.take(size) }.pointer
        } else {
            bytes = (wanted + Self.page - 1) / Self.page * Self.page
            start = Self.largePages(bytes)
        }
    }

    /// Gives it back.
    func release() {
        guard isPiece else {
            free(start)
            return
        }
        let (start, bytes) = (Place(start), bytes)
        Self.pieces.withLock { $0.giveBack(start, bytes) }
    }

    /// Memory of its own, in large pages where the system has them.
    fileprivate static func largePages(_ bytes: Int) -> UnsafeMutablePointer<Float> {
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, page, bytes) == 0, let memory else {
            fatalError("no memory for \(bytes) bytes of slots")
        }
        madvise(memory, bytes, MADV_HUGEPAGE)
        return memory.assumingMemoryBound(to: Float.self)
    }
}

/// Large pages, each cut into pieces of one size.
private struct PiecedPages: ~Copyable, Sendable {
    /// By size.
    private var free: [Int: [Place]] = [:]
    /// How many pieces of a page are free.
    private var freeOfPage: [Place: Int] = [:]
    /// Pages without a piece in use, for whatever size comes next.
    private var spare: [Place] = []

    /// Pages that are kept for later: the next sequence needs as many as the last one gave back.
    private static let mostSpare = 32

    mutating func take(_ size: Int) -> Place {
        if free[size, default: []].isEmpty {
            let page = spare.popLast() ?? Place(SlotMemory.largePages(SlotMemory.page))
            free[size] = stride(from: 0, to: SlotMemory.page, by: size).reversed().map { page.advanced(by: $0) }
            freeOfPage[page] = SlotMemory.page / size
        }
        let piece = free[size]!.removeLast()
        freeOfPage[piece.page]! -= 1
        return piece
    }

    mutating func giveBack(_ piece: Place, _ size: Int) {
        free[size]!.append(piece)
        let page = piece.page
        freeOfPage[page]! += 1
        guard freeOfPage[page] == SlotMemory.page / size else { return }
        freeOfPage[page] = nil
        free[size]!.removeAll { $0.page == page }
        if spare.count < Self.mostSpare { spare.append(page) } else { Foundation.free(page.pointer) }
    }
}

/// An address.
private struct Place: Hashable, Sendable {
    private let address: UInt

    init(_ pointer: UnsafeMutablePointer<Float>) { address = UInt(bitPattern: pointer) }

    private init(address: UInt) { self.address = address }

    var pointer: UnsafeMutablePointer<Float> { UnsafeMutablePointer(bitPattern: address)! }
    /// The large page it lies in.
    var page: Place { Place(address: address & ~(UInt(SlotMemory.page) - 1)) }

    func advanced(by bytes: Int) -> Place { Place(address: address + UInt(bytes)) }
}
