/// A figure as it was drawn.
struct FigurePictures: Equatable {
    /// The `<svg>` element for the page.
    let svg: String
    /// The PNG file's bytes.
    let png: [UInt8]
}
