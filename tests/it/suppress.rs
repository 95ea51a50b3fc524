//! Comments against findings.

use crate::pipeline::{findings, recommended};

#[track_caller]
fn check(text: &str, wanted: &[&str]) {
    assert_eq!(findings(text, &recommended()), wanted, "{text}");
}

const DECLARED: &str = "type F struct{ n int }\n\nfunc (*F) Close() {}\nfunc (*F) Run()   {}\nfunc use(_, _ []byte) {}\n";

fn in_loop(body: &str) -> String {
    format!(
        "package p\n\nfunc f(fs []*F) {{\n\tfor _, g := range fs {{\n{body}\n\t}}\n}}\n\n{DECLARED}"
    )
}

#[test]
fn a_comment_behind_the_code_holds_for_its_line() {
    let body = "defer g.Close() //heaplint:ignore defer-in-loop -- few\ndefer g.Close()";
    check(
        &in_loop(body),
        &["5 defer-in-loop (suppressed)", "6 defer-in-loop"],
    );
}

#[test]
fn a_comment_on_its_own_line_holds_for_the_whole_next_statement() {
    let body = "//heaplint:ignore defer-in-loop -- few\n\n// and prose\nif g != nil {\n\tdefer g.Close()\n\tdefer g.Close()\n}\ndefer g.Close()";
    check(
        &in_loop(body),
        &[
            "9 defer-in-loop (suppressed)",
            "10 defer-in-loop (suppressed)",
            "12 defer-in-loop",
        ],
    );
}

#[test]
fn a_comment_above_a_function_holds_for_all_of_it() {
    let text = in_loop("defer g.Close()")
        .replace("func f", "//heaplint:ignore defer-in-loop -- few\nfunc f");
    check(&text, &["6 defer-in-loop (suppressed)"]);
}

#[test]
fn a_comment_inside_an_expression_holds_for_the_next_line() {
    let body = "use(\n//heaplint:ignore oversized-allocation -- once\nmake([]byte, 1<<20),\nmake([]byte, 1<<20),\n)";
    check(
        &in_loop(body),
        &[
            "7 oversized-allocation (suppressed)",
            "8 oversized-allocation",
        ],
    );
}

#[test]
fn a_comment_can_hold_for_the_file_and_for_several_rules() {
    let text = in_loop("defer g.Close()\ngo g.Run()");
    let text =
        format!("{text}\n//heaplint:file-ignore defer-in-loop, goroutine-in-loop -- a tool\n");
    check(
        &text,
        &[
            "5 defer-in-loop (suppressed)",
            "6 goroutine-in-loop (suppressed)",
        ],
    );
}

#[test]
fn nolint_is_honoured_where_it_names_heaplint() {
    check(
        &in_loop("defer g.Close() //nolint:heaplint // few"),
        &["5 defer-in-loop (suppressed)"],
    );
    check(
        &in_loop("defer g.Close() //nolint:errcheck,heaplint"),
        &["5 defer-in-loop (suppressed)"],
    );
    check(
        &in_loop("//nolint:heaplint\ndefer g.Close()"),
        &["6 defer-in-loop (suppressed)"],
    );
    check(
        &in_loop("defer g.Close() //nolint:errcheck"),
        &["5 defer-in-loop"],
    );
    check(
        &format!("//nolint:heaplint\n{}", in_loop("defer g.Close()")),
        &["6 defer-in-loop (suppressed)"],
    );
    check(&in_loop("x++ //nolint:heaplint"), &["5 unused-suppression"]);
}

#[test]
fn comments_that_mean_nothing_are_findings() {
    let one = |comment: &str| format!("package p\n\n{comment}\nfunc f() {{}}\n");
    for comment in [
        "//heaplint:ingore defer-in-loop -- x",
        "//heaplint:",
        "//heaplint:ignore",
        "//heaplint:ignore -- only a reason",
        "//heaplint:ignore no-such-rule",
        "// heaplint:ignore defer-in-loop",
        "/*heaplint:ignore defer-in-loop*/",
        "//heaplint:hto",
    ] {
        check(&one(comment), &["3 unknown-suppression"]);
    }
    check(
        "package p\n\n//heaplint:hot\nvar x int\n",
        &["3 unknown-suppression"],
    );
    for prose in [
        "// heaplint: see the manual",
        "// heaplint finds this",
        "// about heaplint:ignore",
    ] {
        check(&one(prose), &[]);
    }
}

#[test]
fn suppressions_of_nothing_are_findings_unless_the_verdict_is_not_known() {
    check(
        &in_loop("x++ //heaplint:ignore defer-in-loop"),
        &["5 unused-suppression"],
    );
    // Whether this literal escapes hangs on g, which syntax cannot see through.
    check(
        &in_loop("g.Each(func() { use(g) }) //heaplint:ignore closure-in-loop"),
        &[],
    );
}

#[test]
fn each_rule_of_a_list_has_to_be_used() {
    let body = "defer g.Close() //heaplint:ignore defer-in-loop,closure-in-loop -- x";
    check(
        &in_loop(body),
        &["5 defer-in-loop (suppressed)", "5 unused-suppression"],
    );
}

#[test]
fn carriage_returns_and_byte_order_marks_change_nothing() {
    let text =
        in_loop("//heaplint:ignore defer-in-loop -- few\ndefer g.Close()").replace('\n', "\r\n");
    check(
        &format!("\u{feff}{text}"),
        &["6 defer-in-loop (suppressed)"],
    );
}

#[test]
fn many_comments_stay_cheap() {
    let body = "//heaplint:ignore defer-in-loop -- x\n".repeat(20_000) + "defer g.Close()";
    let start = std::time::Instant::now();
    assert_eq!(findings(&in_loop(&body), &recommended()).len(), 20_000);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
