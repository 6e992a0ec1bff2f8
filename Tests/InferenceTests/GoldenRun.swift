import BundledModels
import Testing

/// Likelihoods of one short text under the bundled models, computed apart from Headroom: by a NumPy program in double
/// precision that reads the same safetensors files and follows the published descriptions token by token (Llama 2:
/// Touvron et al., 2023; Dynamic Memory Compression: Nawrot et al., 2024).
/// Should other models be bundled, these numbers are to be computed anew.
struct GoldenRun: Sendable, CustomTestStringConvertible {
    let model: BundledModel
    /// Whether every token was appended.
    let isFull: Bool
    /// Mean over the 188 predicted tokens, in nats.
    let mean: Double
    /// Those of tokens 1, 16, 31, …
    let everyFifteenth: [Double]
    /// Slots at the end, `[layers][kvHeads]`.
    let slots: [[Int]]

    var testDescription: String { "\(model.rawValue)\(isFull ? ", every token appended" : "")" }

    /// The text, the opening of a story, in the tokens of the bundled models.
    static let tokens = [
        1, 377, 709, 1006, 2052, 1131, 270, 352, 347, 3197, 277, 261, 1835, 1169, 265, 261, 309, 489, 4028, 351, 1812,
        4031, 1063, 4042, 278, 508, 265, 2426, 423, 265, 2995, 732, 354, 762, 4042, 291, 1286, 605, 265, 263, 333, 351,
        2570, 336, 337, 295, 296, 2350, 292, 337, 587, 278, 501, 347, 1696, 486, 291, 352, 2045, 277, 1519, 342, 4045,
        4023, 37, 626, 477, 3107, 697, 4042, 37, 397, 265, 2426, 826, 4042, 920, 894, 629, 261, 359, 396, 284, 832,
        450, 278, 655, 2541, 290, 284, 2333, 800, 4045, 4023, 37, 1149, 326, 477, 1337, 4042, 37, 1153, 265, 1131, 270,
        4055, 386, 291, 2814, 4042, 278, 815, 265, 546, 392, 4045, 914, 1804, 265, 351, 385, 4031, 402, 265, 670, 351,
        882, 1244, 4042, 807, 281, 265, 2442, 343, 454, 352, 895, 859, 4042, 462, 1575, 278, 3398, 284, 461, 4042, 278,
        354, 265, 2654, 454, 891, 629, 4042, 2507, 857, 4042, 277, 534, 354, 265, 1661, 4040, 1592, 4042, 390, 681,
        328, 278, 328, 3143, 261, 3241, 284, 265, 788, 1449, 450, 4042, 1644, 462, 501, 347, 746, 630, 265, 1184, 3587,
        4045,
    ]

    static let all = [
        GoldenRun(
            model: .base, isFull: true, mean: 4.259596033,
            everyFifteenth: [
                3.7830281, 1.1140919, 4.7906753, 2.6795809, 2.4423886, 8.4968491, 0.2815342, 2.0537892, 1.3321886,
                7.9857238, 4.9382677, 7.3530809, 3.3158535,
            ],
            slots: Array(repeating: Array(repeating: 189, count: 8), count: 6)),
        GoldenRun(
            model: .grouped, isFull: true, mean: 4.368847043,
            everyFifteenth: [
                4.6998440, 0.6599243, 5.0451755, 2.8341926, 2.2618578, 8.4182992, 0.5783089, 2.2791369, 1.6926480,
                8.7498290, 4.8317673, 7.2346517, 3.9993102,
            ],
            slots: Array(repeating: Array(repeating: 189, count: 2), count: 6)),
        GoldenRun(
            model: .compressed, isFull: false, mean: 4.376030310,
            everyFifteenth: [
                3.5239967, 1.9530179, 4.7562783, 2.5600301, 2.4605007, 8.3167818, 0.2426465, 1.9156856, 1.0596885,
                7.2214294, 5.8214699, 6.9920045, 3.9512540,
            ],
            slots: [
                [64, 63, 87, 159, 83, 94, 189, 189],
                [4, 5, 17, 3, 91, 92, 4, 189],
                [25, 4, 7, 10, 9, 148, 7, 7],
                [3, 6, 6, 10, 9, 7, 2, 4],
                [8, 9, 5, 9, 7, 5, 13, 9],
                [188, 7, 4, 8, 7, 6, 7, 7],
            ]),
        GoldenRun(
            model: .compressed, isFull: true, mean: 4.360394276,
            everyFifteenth: [
                3.5239967, 1.7028286, 4.5021213, 2.7624900, 2.4159757, 8.6992567, 0.5247476, 1.6813225, 1.0571938,
                7.6715578, 4.4649840, 7.2300566, 3.6863975,
            ],
            slots: Array(repeating: Array(repeating: 189, count: 8), count: 6)),
    ]
}
