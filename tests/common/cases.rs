//! The list of cases, apart from the rest because not every test file takes it.

/// Every case: its name, its fixture and its options, handed to a macro. `=> whole` keeps the whole Dockerfile as a
/// snapshot, beside the plan and the ignore file that are kept of all: for cases that differ in kind, which together show
/// each line of the templates.
macro_rules! for_each_case {
    ($callback:ident) => {
        $callback! {
            single_binary_is_static: "calculator" => whole;
            single_binary_on_distroless: "calculator" "--distroless";
            single_binary_on_slim: "calculator" "--slim" "--suite" "bookworm";
            default_run_is_the_last_target: "library-and-two-binaries";
            one_of_two_binaries: "library-and-two-binaries" "--bin" "watch";
            virtual_workspace_builds_its_default_members: "virtual-workspace";
            member_that_links_openssl: "virtual-workspace" "--package" "tool";
            proc_macro_member: "proc-macro-member";
            build_script_reads_files: "build-script" "--distroless";
            renamed_binary_with_unusual_paths: "renamed-binary";
            required_features_leave_a_binary_out: "required-features";
            required_features_given: "required-features" "--features" "admin";
            native_libraries_on_distroless: "native-library" "--package" "server";
            native_libraries_on_slim: "native-library" "--package" "server" "--slim";
            native_libraries_on_bookworm: "native-library" "--package" "server" "--slim" "--suite" "bookworm";
            native_libraries_on_two_platforms: "native-library" "--package" "server" "--platform" "linux/amd64,linux/arm64" => whole;
            unlisted_library_on_two_platforms: "unlisted-library" "--slim" "--platform" "linux/amd64,linux/arm64" => whole;
            static_on_a_named_platform: "calculator" "--target" "aarch64-unknown-linux-musl";
            dev_dependencies_do_not_leak: "native-library" "--package" "importer";
            all_members_share_one_build: "native-library" => whole;
            toolchain_file: "toolchain-file";
            old_rust_comes_from_rustup: "calculator" "--rust" "1.80" "--distroless";
            musl_target_in_configuration: "musl-target";
            path_dependency_outside: "path-outside/service";
            patched_crate_is_copied_whole: "patched-crate" => whole;
            patched_crate_in_a_layer_only: "patched-crate" "--cache" "layers" => whole;
            all_settings: "settings" => whole;
            library_that_no_crate_speaks_of: "unlisted-library";
            library_that_no_crate_speaks_of_on_slim: "unlisted-library" "--slim" => whole;
            queries_are_checked_offline: "sqlx-offline";
            program_that_knows_its_commit: "git-metadata" "--slim";
            time_zones_on_scratch: "time-zones" => whole;
            library_opened_at_run_time: "opened-library" => whole;
            library_opened_at_run_time_on_slim: "opened-library" "--slim" => whole;
            nothing_of_the_system: "nothing-of-the-system";
            shapes_of_a_manifest: "release-train";
            dependencies_in_a_layer_only: "release-train" "--cache" "layers";
            everything_in_mounts: "release-train" "--cache" "mounts" "--distroless";
            no_cache_at_all: "release-train" "--cache" "none";
            what_only_buildkit_can_do: "release-train" "--builder" "buildkit" => whole;
            what_podman_is_told: "release-train" "--builder" "podman";
            files_that_become_part_of_the_program: "embedded-files";
            services: "services" => whole;
            service_on_slow_threads: "services" "--bin" "feed" "--scratch";
            dev_profile: "calculator" "--profile" "dev" "--slim";
        }
    };
}
