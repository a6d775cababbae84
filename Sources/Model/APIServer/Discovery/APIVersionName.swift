/// A version of an API group such as `v2beta1`, in the order of preference.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/version/helpers.go: v2, v1, v2beta1, v1beta1,
/// v1alpha1, then all other names by text.
struct APIVersionName: Comparable {
  let text: String
  /// 3 for a stable version, 2 for beta, 1 for alpha, 0 for all else.
  private let stability: Int
  private let major: Int
  private let minor: Int

  init(_ text: String) {
    self.text = text
    guard let match = text.wholeMatch(of: /v([1-9][0-9]{0,8})(?:(alpha|beta)([1-9][0-9]{0,8}))?/)
    else {
      (stability, major, minor) = (0, 0, 0)
      return
    }
    stability = match.2.map { $0 == "beta" ? 2 : 1 } ?? 3
    major = Int(match.1) ?? 0
    minor = match.3.flatMap { Int($0) } ?? 0
  }

  /// Whether the left version is preferred.
  static func < (left: APIVersionName, right: APIVersionName) -> Bool {
    let ranks = (
      (left.stability, left.major, left.minor), (right.stability, right.major, right.minor)
    )
    return ranks.0 == ranks.1 ? left.text < right.text : ranks.0 > ranks.1
  }
}
