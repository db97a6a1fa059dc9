// Runtimes by the names of executables and libraries, and vendors by where these lie.
#include "target/runtime_names.h"

#include <doctest/doctest.h>

#include "support/proc_tree.h"
#include "target/runtime_node.h"
#include "target/runtime_root.h"
#include "target/runtime_vendor.h"

using namespace boundscope;
using boundscope::test::TempFolder;

namespace {

struct Expected {
  const char* path;
  Runtime runtime;
  const char* version;
};

}  // namespace

TEST_CASE("runtime names: executables are known by their base name and its version") {
  const Expected cases[] = {
      {"/usr/bin/python3.11", Runtime::cpython, "3.11"},
      {"/usr/bin/python3.11 (deleted)", Runtime::cpython, "3.11"},
      {"/root/.pyenv/versions/3.12.1/bin/python3.12", Runtime::cpython, "3.12.1"},
      {"/usr/local/bin/node", Runtime::node, ""},
      {"/root/.nvm/versions/node/v18.16.0/bin/node", Runtime::node, "18.16.0"},
      {"/usr/bin/ruby3.1", Runtime::ruby, "3.1"},
      {"/usr/sbin/php-fpm8.2", Runtime::php, "8.2"},
      {"/usr/lib/erlang/erts-13.1.5/bin/beam.smp", Runtime::beam, "13.1.5"},
      {"/usr/bin/lua5.4", Runtime::lua, "5.4"},
      {"/usr/bin/luajit-2.1.0-beta3", Runtime::lua, "2.1.0"},
      {"/usr/bin/node_exporter", Runtime::unknown, ""},
      {"/usr/bin/python3.11-config", Runtime::unknown, ""},
      {"/usr/bin/phpize", Runtime::unknown, ""},
      {"/opt/node/server", Runtime::unknown, ""},
      {"", Runtime::unknown, ""},
  };
  for (const Expected& expected : cases) {
    CAPTURE(expected.path);
    const NamedRuntime named = runtime_by_executable_name(expected.path);
    CHECK(named.runtime == expected.runtime);
    CHECK(named.version == expected.version);
  }
}

TEST_CASE("runtime names: libraries are known by their base name and its version") {
  const Expected cases[] = {
      {"/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so", Runtime::jvm, "17"},
      {"/opt/jdk-21.0.1/lib/server/libjvm.so", Runtime::jvm, "21.0.1"},
      {"/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/libcoreclr.so", Runtime::dotnet,
       "8.0.1"},
      {"/usr/lib/x86_64-linux-gnu/libnode.so.108", Runtime::node, ""},
      {"/usr/lib/libpython3.9.so.1.0 (deleted)", Runtime::cpython, "3.9"},
      {"/usr/lib/libpython3.6m.so.1.0", Runtime::cpython, "3.6"},
      {"/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1.2", Runtime::ruby, "3.1.2"},
      {"/usr/lib/x86_64-linux-gnu/liblua5.4.so.0.0.0", Runtime::lua, "5.4"},
      {"/usr/lib/x86_64-linux-gnu/libluajit-5.1.so.2.1.0", Runtime::lua, "2.1.0"},
      {"/usr/lib/libjvmti_agent.so", Runtime::unknown, ""},
      {"/usr/lib/libc.so.6", Runtime::unknown, ""},
  };
  for (const Expected& expected : cases) {
    CAPTURE(expected.path);
    const NamedRuntime named = runtime_by_library_name(expected.path);
    CHECK(named.runtime == expected.runtime);
    CHECK(named.version == expected.version);
  }
}

TEST_CASE("runtime names: an interpreter that is no runtime of ours still has a language") {
  CHECK(runtime_by_executable_name("/usr/bin/perl").runtime == Runtime::unknown);
  CHECK(runtime_by_executable_name("/usr/bin/perl").language == "perl");
  CHECK(!runtime_by_executable_name("/usr/sbin/nginx").known());
}

TEST_CASE("runtime vendor: version managers have folders of their own") {
  CHECK(vendor_by_place("/root/.pyenv/versions/3.12.1/bin/python3.12") == "pyenv");
  CHECK(vendor_by_place("/home/x/.nvm/versions/node/v20.1.0/bin/node") == "nvm");
  CHECK(vendor_by_place("/opt/miniconda3/bin/python3.11") == "conda");
  CHECK(vendor_by_place("/usr/bin/python3.11") == "");
}

TEST_CASE("runtime vendor: the rest of /usr is the distribution's, by the container's own word") {
  TempFolder container;
  container.write("etc/os-release",
                  "PRETTY_NAME=\"Debian GNU/Linux 12\"\nNAME=\"Debian GNU/Linux\"\n");
  const ProcessRoot root(container.path());

  CHECK(vendor_by_distribution("/usr/bin/python3.11", root) == "Debian");
  CHECK(vendor_by_distribution("/usr/local/bin/python3.11", root) == "");
  CHECK(vendor_by_distribution("/opt/python/bin/python3.11", root) == "");
}

TEST_CASE("runtime vendor: after a chroot paths start outside of the root") {
  TempFolder host;
  host.write("jail/etc/os-release", "NAME=Alpine\n");
  host.link("root", host.path("jail"));  // as /proc/PID/root
  const ProcessRoot root(host.path("root"));

  CHECK(root.inside(host.path("jail/usr/bin/python3")) == "/usr/bin/python3");
  CHECK(root.inside(host.path("jailed")) == host.path("jailed"));
  CHECK(root.read(host.path("jail/etc/os-release")) == "NAME=Alpine\n");
  CHECK(root.read("/etc/os-release") == "NAME=Alpine\n");
}

TEST_CASE("runtime vendor: what os-release says is text and nothing else") {
  CHECK(distribution_name("NAME=Alpine\n") == "Alpine");
  CHECK(distribution_name("NAME=\"\x1b[2J\"\n") == "?[2J");
  CHECK(distribution_name("NAME=" + std::string(5000, 'x')).size() == 64);
  CHECK(distribution_name("ID=x\n") == "");
  CHECK(distribution_name("NAME=\"") == "\"");
}

TEST_CASE("runtime vendor: a link that leads out of the container is not followed there") {
  TempFolder host;
  host.write("secret", "NAME=Outside\n");
  host.make_directory("container/etc");
  host.link("container/etc/os-release", "../../secret");
  const ProcessRoot root(host.path("container"));

  CHECK(vendor_by_distribution("/usr/bin/python3.11", root) == "");
}

TEST_CASE("runtime node: the headers beside the executable tell the version") {
  CHECK(node_version_of_header("#ifndef X\n#define NODE_MAJOR_VERSION 20\n#define "
                               "NODE_MINOR_VERSION 11\n#define NODE_PATCH_VERSION 1\n") ==
        "20.11.1");
  CHECK(node_version_of_header("#define NODE_MAJOR_VERSION 20\n") == "");
  CHECK(node_version_of_header("#define NODE_MAJOR_VERSION x\n#define NODE_MINOR_VERSION 1\n"
                               "#define NODE_PATCH_VERSION 1\n") == "");
}
