@main
enum Unwritten {
    static func main() {}
}
