# Makes the folder TO: the program, its playbooks, and recover-lib/ with every library that it needs but glibc's own,
# which belong to the kernel's and the system's other half, the dynamic loader.
#
#     cmake -DPROGRAM=build/bin/recover -DSOURCE=. -DTO=build/recover-bundle -DSTRIP=/usr/bin/strip -P bundle.cmake

cmake_policy(VERSION 3.22)
set(glibc "^(ld-linux.*|lib(c|m|mvec|dl|rt|pthread|resolv|util|anl|nsl|BrokenLocale|thread_db|nss_[a-z]+))\\.so")
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${PROGRAM}
  RESOLVED_DEPENDENCIES_VAR libraries UNRESOLVED_DEPENDENCIES_VAR missing
  PRE_EXCLUDE_REGEXES ${glibc})
if(missing)
  message(FATAL_ERROR "These libraries of ${PROGRAM} are not here: ${missing}")
endif()

file(REMOVE_RECURSE ${TO})
file(MAKE_DIRECTORY ${TO}/recover-lib/licences)
file(COPY ${PROGRAM} DESTINATION ${TO})
file(COPY ${SOURCE}/playbooks DESTINATION ${TO})
file(COPY_FILE ${SOURCE}/LICENSE ${TO}/recover-lib/licences/recover)

# Whose libraries they are: the licences of most ask that this goes with them.
find_program(DPKG_QUERY dpkg-query)
list(SORT libraries)
set(versions "")
foreach(library ${libraries})
  get_filename_component(name ${library} NAME)
  file(REAL_PATH ${library} file)
  file(COPY_FILE ${file} ${TO}/recover-lib/${name})
  set(package "")
  if(DPKG_QUERY)
    # What /lib has since it is a link dpkg may know by /usr/lib, or the other way round.
    string(REGEX REPLACE "^/usr/lib/" "/lib/" elsewhere ${file})
    foreach(path ${file} ${elsewhere})
      execute_process(COMMAND ${DPKG_QUERY} -S ${path} OUTPUT_VARIABLE owner ERROR_QUIET RESULT_VARIABLE unknown)
      if(NOT unknown AND owner MATCHES "^([^:,]+)")
        set(package ${CMAKE_MATCH_1})
        break()
      endif()
    endforeach()
  endif()
  if(package)
    execute_process(COMMAND ${DPKG_QUERY} -W -f "\${Version}\\n" ${package} OUTPUT_VARIABLE version)
    string(REGEX REPLACE "\n.*" "" version "${version}")
    string(APPEND versions "${name}  ${package} ${version}\n")
    if(EXISTS /usr/share/doc/${package}/copyright)
      file(REAL_PATH /usr/share/doc/${package}/copyright copyright)
      file(COPY_FILE ${copyright} ${TO}/recover-lib/licences/${package})
    endif()
  else()
    string(APPEND versions "${name}\n")
  endif()
endforeach()
file(WRITE ${TO}/recover-lib/licences/VERSIONS "${versions}")

# Whatever the umask is here: these are copied, and packed, as they are.
set(readable OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
set(executable ${readable} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
file(CHMOD_RECURSE ${TO} DIRECTORY_PERMISSIONS ${executable} FILE_PERMISSIONS ${readable})
file(CHMOD ${TO} ${TO}/recover PERMISSIONS ${executable})
if(STRIP)
  execute_process(COMMAND ${STRIP} --strip-unneeded ${TO}/recover COMMAND_ERROR_IS_FATAL ANY)
endif()
list(LENGTH libraries many)
message(STATUS "${TO}: recover with ${many} libraries")
