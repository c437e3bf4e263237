# The two places where the runner steps into the session the tests live in. A script block belongs to the
# session that created it, so this file has to be run by the script a person starts, not by the module.
# They name no variable: whatever stood here would be visible in every test.
@{
    # Runs a script block of the module while a new scope is open on the tests' side. What the module
    # dot-sources meanwhile lands in that scope.
    Enter = { & $args[0] }

    # Runs a test file; what it defines lives as long as the scope.
    Load  = { . $args[0] }
}
